// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/account_lives.h"

#include <algorithm>
#include <set>

#include "policy/version_walk.h"

namespace yestermail {

std::vector<Account> account_lives(View& view) {
  // Each has a version in the server account, whose item is its number.
  std::set<AccountNumber> numbers;
  for_each_version(view, kServerAccount, [&](const Version& version) {
    if (version.state.kind != EntryKind::kAccount) return;
    numbers.insert(AccountNumber{static_cast<std::uint32_t>(version.item.value)});
  });
  std::vector<Account> lives;
  for (const auto number : numbers) {
    if (auto account = view.account(number)) lives.push_back(std::move(*account));
  }
  std::ranges::stable_sort(lives, {}, &Account::name);
  return lives;
}

}  // namespace yestermail
