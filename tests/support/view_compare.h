// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "store/view.h"

namespace yestermail::test {

/// One line a difference between what two stores have of their accounts, empty if there is none: incarnations by name
/// and time, of each all that happened, the states, the bytes and the gaps; and the gaps of all accounts. UUIDs,
/// numbers and sources of accounts may differ, and so may what is no account's: settings.
std::vector<std::string> compare_views(View& want, View& have);

}  // namespace yestermail::test
