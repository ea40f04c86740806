// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "store/view.h"

namespace yestermail {

/// All incarnations of all accounts that a store knows, by name, the older first.
std::vector<Account> account_lives(View& view);

}  // namespace yestermail
