// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "archive/import.h"
#include "store/view.h"

namespace yestermail {

/// An account that comes in.
struct ImportAccount {
  std::string origin_name;  ///< what it is called where it comes from
  Account account;          ///< what it is here: name, source and layout; number and uuid where it is there already
  bool there = false;       ///< an earlier import has begun it
};

/// Of the accounts that an origin has those that are wanted, under the names that they get here. `source` of a
/// candidate is that of store/origin.h. Error{kNotFound}: there is none, or a pattern names none. Error{kUsage}: a name
/// that is mapped is not there, two accounts get one name, a name is none, or the store has an account of the name that
/// has not come from there.
std::vector<ImportAccount> choose_accounts(View& view, const std::vector<Account>& candidates,
                                           const ImportOrder& order);

/// Of all accounts that an origin has. Error{kNotFound}: a pattern of the order names none. Error{kUsage}: a name that
/// is mapped is none of those that are wanted.
void refuse_unused_words(const ImportOrder& order, const std::vector<std::string>& names);
/// Error{kUsage}: two accounts would get this name.
[[noreturn]] void refuse_one_name(const std::string& name);
/// Error{kUsage}: no account can have this name.
void check_account_name(const std::string& name);
/// Whether the order asks for an account of this name.
bool is_wanted(const ImportOrder& order, const std::string& account);

}  // namespace yestermail
