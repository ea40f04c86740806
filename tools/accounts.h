// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/view.h"

namespace yestermail {

/// All incarnations that ever were, by name, the older first.
std::vector<Account> all_accounts(View& view);
/// Those of one name, or of one that the terminal shows so. Error{kNotFound} if there never was one.
std::vector<Account> accounts_named(View& view, std::string_view name);
/// The one of that name at an instant, likewise. Error{kNotFound} otherwise: it tells when there was one.
Account account_at(View& view, std::string_view name, Instant at);

/// "now" or "at 2026-11-22T10:15:07Z".
std::string at_text(Instant at);

/// ACCOUNT/REST, cut where the account's name ends. `rest` is empty for ACCOUNT and ACCOUNT/.
struct AccountPath {
  std::string account;
  std::string rest;
};
AccountPath split_account_path(std::string_view path);

}  // namespace yestermail
