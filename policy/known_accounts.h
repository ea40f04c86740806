// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/view.h"

namespace yestermail {

/// ASCII letters in lower case; other bytes as they are.
std::string lower_case(std::string_view text);

/// Whether a pattern is about an account: its name, a shell pattern with `* ? [ ]`, or with an @ in front such a
/// pattern of the domain, which is what follows the last @ of the name, in letters of either case.
bool names_account(std::string_view pattern, std::string_view account);
bool names_account(std::span<const std::string> patterns, std::string_view account);

/// Those of `accounts` that one of the patterns is about; without patterns all. Error{kNotFound}: a pattern is about
/// none of them.
std::vector<Account> selected(std::vector<Account> accounts, std::span<const std::string> patterns);

}  // namespace yestermail
