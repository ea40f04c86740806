// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>

#include "store/check.h"

namespace yestermail::test {

/// Everything that a store's files hold, checked; remembers nothing. For tests that damage or kill.
CheckFindings check_all(const std::string& store, CheckLevel level = kLastCheckLevel);

/// One line a finding, notes aside; empty: nothing is damaged.
std::string damage_text(const CheckFindings& findings);

/// "account item version" of each version that a finding names, or that a reader of the store is refused.
std::set<std::string> versions_named(const CheckFindings& findings);
std::set<std::string> versions_refused(const std::string& store);

/// How many versions a reader gets, byte for byte as their digests say.
std::uint64_t count_readable(const std::string& store);

}  // namespace yestermail::test
