// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "store/view.h"

namespace yestermail {

/// Those of `known`, in their order, that the words name (base/account_words.h); without words all. A word that names
/// none was meant to: Error{kNotFound}, which tells it and `at`.
std::vector<Account> chosen_accounts(std::vector<Account> known, const std::vector<std::string>& words, Instant at);

}  // namespace yestermail
