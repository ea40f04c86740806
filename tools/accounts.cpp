// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/accounts.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/instant_text.h"
#include "store/happening_stream.h"

namespace yestermail {

std::vector<Account> all_accounts(View& view) {
  // Each incarnation has a version in the server account, whose item is its number.
  std::set<AccountNumber> numbers;
  HappeningStream happenings(view, kServerAccount, Instant{0}, kForever);
  while (const auto* happening = happenings.peek()) {
    if (happening->version.state.kind == EntryKind::kAccount) {
      numbers.insert(AccountNumber{static_cast<std::uint32_t>(happening->version.item.value)});
    }
    happenings.pop();
  }
  std::vector<Account> accounts;
  for (const auto number : numbers) {
    if (auto account = view.account(number)) accounts.push_back(std::move(*account));
  }
  std::stable_sort(accounts.begin(), accounts.end(),
                   [](const Account& a, const Account& b) { return a.name < b.name; });
  return accounts;
}

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
