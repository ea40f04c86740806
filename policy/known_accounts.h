// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/view.h"

namespace yestermail {

/// Those of `accounts` that one of the patterns names (base/account_words.h); without patterns all. Error{kNotFound}: a
/// pattern names none of them.
std::vector<Account> selected(std::vector<Account> accounts, std::span<const std::string> patterns);

}  // namespace yestermail
