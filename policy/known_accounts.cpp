// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/known_accounts.h"

#include "base/account_words.h"
#include "base/error.h"

namespace yestermail {

std::vector<Account> selected(std::vector<Account> accounts, std::span<const std::string> patterns) {
  AccountWords words(std::vector<std::string>(patterns.begin(), patterns.end()));
  std::erase_if(accounts, [&](const Account& each) { return !words.choose(each.name); });
  const auto unused = words.unused();
  if (!unused) return accounts;
  throw Error(Errc::kNotFound, "no account is meant by \"" + printable(*unused) +
                                   "\": \"yestermail accounts --all\" shows those that are known");
}

}  // namespace yestermail
