// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/account_choice.h"

#include <fnmatch.h>

#include <algorithm>

#include "base/error.h"
#include "tools/accounts.h"

namespace yestermail {
namespace {

bool names(const std::string& word, const Account& account) {
  if (account.name == word || printable(account.name) == word) return true;
  if (word.starts_with('@') && account.name.size() > word.size() && account.name.ends_with(word)) return true;
  return ::fnmatch(word.c_str(), account.name.c_str(), 0) == 0;
}

}  // namespace

std::vector<Account> chosen_accounts(const std::vector<Account>& known, const std::vector<std::string>& words,
                                     Instant at) {
  std::vector<Account> found;
  std::vector<bool> used(words.size());
  for (const auto& account : known) {
    bool wanted = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!names(words[i], account)) continue;
      used[i] = wanted = true;
    }
    if (wanted) found.push_back(account);
  }
  const auto unused = std::find(used.begin(), used.end(), false);
  if (unused == used.end()) return found;
  const auto& word = words[static_cast<std::size_t>(unused - used.begin())];
  throw Error(Errc::kNotFound, "no account \"" + printable(word) + "\" " + at_text(at) +
                                   ": \"yestermail accounts --all\" shows those that are known");
}

}  // namespace yestermail
