// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "store/view.h"

namespace yestermail {

/// Those of `known`, in their order, that the words name. A word is an account's name, or the name that the terminal
/// shows; @DOMAIN, all accounts of a domain; or a pattern of the shell. A word that names none was meant to:
/// Error{kNotFound}, which tells it and `at`.
std::vector<Account> chosen_accounts(const std::vector<Account>& known, const std::vector<std::string>& words,
                                     Instant at);

}  // namespace yestermail
