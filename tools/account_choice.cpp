// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/account_choice.h"

#include "base/account_words.h"
#include "base/error.h"
#include "tools/accounts.h"

namespace yestermail {

std::vector<Account> chosen_accounts(std::vector<Account> known, const std::vector<std::string>& words, Instant at) {
  AccountWords choice(words);
  std::erase_if(known, [&](const Account& each) { return !choice.choose(each.name); });
  const auto unused = choice.unused();
  if (!unused) return known;
  throw Error(Errc::kNotFound, "no account \"" + printable(*unused) + "\" " + at_text(at) +
                                   ": \"yestermail accounts --all\" shows those that are known");
}

}  // namespace yestermail
