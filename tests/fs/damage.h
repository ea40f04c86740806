// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "store/recorder.h"

namespace yestermail::test {

/// Forty mails in cur/ of an account that is there, enough for a pack of their own. What each holds, by name.
std::map<std::string, std::string> take_in_mails(Recorder& recorder, const std::string& account);

/// Overwrites some bytes in the middle of every pack that has frames of mails. The store must be closed.
void damage_packs(const std::string& store);

}  // namespace yestermail::test
