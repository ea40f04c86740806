// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/lineage.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "fs/folder_names.h"
#include "fs/item_tag.h"
#include "fs/safe_text.h"

namespace yestermail {

bool lived_at(const Account& account, Instant at) {
  return account.since <= at && (account.until == kForever || at < account.until);
}

const Account* Lineage::life(AccountNumber number) const {
  const auto found =
      std::find_if(lives.begin(), lives.end(), [&](const Account& account) { return account.number == number; });
  return found == lives.end() ? nullptr : &*found;
}

const Account* Lineage::living_at(Instant at) const {
  const auto found =
      std::find_if(lives.begin(), lives.end(), [&](const Account& account) { return lived_at(account, at); });
  return found == lives.end() ? nullptr : &*found;
}

Lineages::List Lineages::read(Instant at) {
  std::set<AccountNumber> numbers;
  constexpr auto kAll = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  for (const auto& happening : view_.happenings(kServerAccount, Instant{}, kForever, kAll)) {
    if (happening.at > at || happening.version.state.kind != EntryKind::kAccount) continue;
    numbers.insert(AccountNumber{static_cast<std::uint32_t>(happening.version.item.value)});
  }
  std::map<std::string, std::vector<Account>> by_name;
  for (const auto number : numbers) {
    if (auto account = view_.account(number)) by_name[account->name].push_back(std::move(*account));
  }
  std::vector<std::string> raw;
  for (const auto& [name, lives] : by_name) raw.push_back(name);
  const auto names = readable_account_names(raw);
  List all;
  for (std::size_t i = 0; i < raw.size(); ++i) all.push_back({names[i], std::move(by_name[raw[i]])});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number() < b.number(); });
  return all;
}

std::shared_ptr<const Lineages::List> Lineages::all(Instant at) {
  return all_.get(view_.last_change(kServerAccount, at), [&] {
    auto all = std::make_shared<const List>(read(at));
    std::size_t bytes = 0;
    for (const auto& lineage : *all) {
      bytes += sizeof(Lineage) + lineage.name.size();
      for (const auto& life : lineage.lives) bytes += sizeof(Account) + life.name.size() + life.source.size();
    }
    return LruCache<Instant, const List>::Loaded{std::move(all), bytes};
  });
}

std::optional<Lineage> Lineages::named(std::string_view name, Instant at) {
  const auto list = all(at);
  const auto found = std::find_if(list->begin(), list->end(), [&](const auto& row) { return row.name == name; });
  if (found == list->end()) return std::nullopt;
  return *found;
}

std::string life_name(const Lineage& lineage, const Account& life) {
  if (life.number == lineage.lives.back().number) return lineage.name;
  constexpr std::size_t kRoom = 240;
  return std::string(cut_text(lineage.name, kRoom)) + "~" + item_tag(ItemId{life.number.value});
}

std::optional<AccountNumber> Lineages::life_named(std::string_view name, Instant at) {
  if (const auto lineage = named(name, at)) return lineage->lives.back().number;
  const auto tilde = name.rfind('~');
  const auto item = tilde == std::string_view::npos ? std::nullopt : item_of_tag(name.substr(tilde + 1));
  const AccountNumber number{item ? static_cast<std::uint32_t>(item->value) : 0};
  const auto lineage = of(number, at);
  if (!lineage || life_name(*lineage, *lineage->life(number)) != name) return std::nullopt;
  return number;
}

std::optional<Lineage> Lineages::of(AccountNumber life, Instant at) {
  const auto list = all(at);
  const auto found =
      std::find_if(list->begin(), list->end(), [&](const Lineage& row) { return row.life(life) != nullptr; });
  if (found == list->end()) return std::nullopt;
  return *found;
}

}  // namespace yestermail
