// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/accounts.h"

#include <algorithm>

#include "base/error.h"
#include "base/instant_text.h"
#include "policy/account_lives.h"

namespace yestermail {

std::vector<Account> all_accounts(View& view) { return account_lives(view); }

std::vector<Account> accounts_named(View& view, std::string_view name) {
  auto accounts = all_accounts(view);
  std::erase_if(accounts, [&](const Account& each) { return each.name != name && printable(each.name) != name; });
  if (!accounts.empty()) return accounts;
  throw Error(Errc::kNotFound,
              "no account \"" + printable(name) + "\": \"yestermail accounts --all\" shows those that are known");
}

Account account_at(View& view, std::string_view name, Instant at) {
  if (auto account = view.account_named(name, at)) return *account;
  for (auto& account : view.accounts(at)) {
    if (printable(account.name) == name) return account;
  }
  const auto known = accounts_named(view, name).back();
  throw Error(Errc::kNotFound, "no account \"" + printable(name) + "\" " + at_text(at) + ": it was there from " +
                                   instant_text(known.since) +
                                   (known.until == kForever ? std::string() : " to " + instant_text(known.until)) +
                                   ": see --at");
}

std::string at_text(Instant at) { return at == kForever ? "now" : "at " + instant_text(at); }

AccountPath split_account_path(std::string_view path) {
  const auto slash = path.find('/');
  if (slash == 0) throw Error(Errc::kUsage, "\"" + printable(path) + "\" begins with a slash: write ACCOUNT/FOLDER");
  AccountPath parts{std::string(path.substr(0, slash)), {}};
  if (slash != std::string_view::npos) parts.rest = path.substr(slash + 1);
  while (parts.rest.ends_with('/')) parts.rest.pop_back();
  return parts;
}

}  // namespace yestermail
