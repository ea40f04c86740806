// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/gatherer.h"

#include <utility>

#include "fs/comparison.h"
#include "fs/deletion_days.h"
#include "fs/past_folders.h"

namespace yestermail {
namespace {

constexpr std::size_t kGatheringsBudget = 6U << 20U;
constexpr std::size_t kDaysBudget = 1U << 20U;
constexpr std::size_t kMessagesBudget = 4U << 20U;

}  // namespace

Gatherer::Gatherer(View& view)
    : view_(view), lineages_(view), gatherings_(kGatheringsBudget), days_(kDaysBudget), messages_(kMessagesBudget) {}

Gatherer::Key Gatherer::key(Container container, const Account& shown, Instant at, const Account* other,
                            Instant other_at) {
  const auto ended = lived_at(shown, at) ? kForever : shown.until;
  return {container,
          shown.number,
          view_.last_change(shown.number, at),
          other == nullptr ? AccountNumber{} : other->number,
          other == nullptr ? Instant{} : view_.last_change(other->number, other_at),
          Instant{},
          ended};
}

template <class Gather>
Gatherer::Pointer Gatherer::kept(const Key& key, const Gather& gather) {
  return gatherings_.get(key, [&] {
    auto made = std::make_shared<const Gathering>(gather());
    const auto bytes = made->bytes();
    return LruCache<Key, const Gathering>::Loaded{std::move(made), bytes};
  });
}

Gatherer::Pointer Gatherer::of(const Scope& scope) {
  const auto lineage = lineages_.of(scope.account(), scope.moment.at);
  if (!lineage) return nullptr;
  const auto* const life = lineage->life(scope.account());
  switch (scope.view.container) {
    case Container::kDay: return of_day(scope, *lineage, *life);
    case Container::kHistory: return of_history(scope, *life);
    case Container::kAdded:
    case Container::kRemoved:
    case Container::kChanged: return of_range(scope, *lineage, *life);
    default: return nullptr;
  }
}

Gatherer::Pointer Gatherer::of_day(const Scope& scope, const Lineage& lineage, const Account& life) {
  const auto now = scope.moment.at;
  auto from = key(Container::kDay, life, now, lineage.living_at(now), now);
  std::get<5>(from) = scope.view.from;
  return kept(from, [&] { return DeletionDays(view_, lineage, life, now).of_day(scope.view.from); });
}

Gatherer::Pointer Gatherer::of_range(const Scope& scope, const Lineage& lineage, const Account& life) {
  const auto container = scope.view.container;
  auto shown_at = scope.moment.at;
  auto other_at = scope.view.from;
  if (container == Container::kRemoved) std::swap(shown_at, other_at);
  if (!lived_at(life, shown_at)) return std::make_shared<const Gathering>();
  const auto* const other = lineage.living_at(other_at);
  const auto difference = container == Container::kChanged ? Difference::kAltered : Difference::kMissing;
  return kept(key(container, life, shown_at, other, other_at), [&] {
    std::optional<AccountAt> with;
    if (other != nullptr) with = AccountAt{*other, other_at};
    return compare(view_, {life, shown_at}, with, difference);
  });
}

Gatherer::Pointer Gatherer::of_history(const Scope& scope, const Account& life) {
  const auto at = scope.moment.at;
  return kept(key(Container::kHistory, life, at, nullptr, at), [&] { return past_folders(view_, life, at); });
}

std::shared_ptr<const std::vector<Instant>> Gatherer::days(const Lineage& lineage, const Account& life, Instant now) {
  return days_.get(key(Container::kDeleted, life, now, lineage.living_at(now), now), [&] {
    auto days = std::make_shared<const std::vector<Instant>>(DeletionDays(view_, lineage, life, now).days());
    const auto bytes = days->size() * sizeof(Instant);
    return LruCache<Key, const std::vector<Instant>>::Loaded{std::move(days), bytes};
  });
}

std::shared_ptr<const IdList> Gatherer::past_messages(const Scope& scope, const Gathering& all, ItemId folder) {
  const auto at = scope.moment.at;
  const auto account = scope.account();
  return messages_.get({account, folder, view_.last_change(account, at)}, [&] {
    auto ids =
        std::make_shared<const IdList>(yestermail::past_messages(view_, account, all.directories.at(folder), at));
    const auto bytes = ids->bytes();
    return LruCache<FolderKey, const IdList>::Loaded{std::move(ids), bytes};
  });
}

}  // namespace yestermail
