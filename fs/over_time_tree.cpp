// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/over_time_tree.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/instant_text.h"
#include "fs/deletion_days.h"

namespace yestermail {
namespace {

constexpr std::string_view kBetween = "..";
constexpr std::size_t kDateLength = 10;
constexpr unsigned kLifeBits = 16;

constexpr std::array<std::pair<Container, std::string_view>, 3> kSides{
    {{Container::kAdded, "added"}, {Container::kRemoved, "removed"}, {Container::kChanged, "changed"}}};

std::string date_text(Instant day) { return instant_text(day).substr(0, kDateLength); }

std::optional<Instant> day_of_name(std::string_view name) {
  const auto date = name.substr(0, kDateLength);
  const auto start = parse_instant(date, Instant{});
  if (!start || date_text(*start) != date) return std::nullopt;
  return start;
}

/// Two lives of a name may have deletions on one day: the one that began on it is told apart, for ever.
std::string day_name(const Lineage& lineage, const Account& life, Instant day) {
  const auto earlier = std::count_if(lineage.lives.begin(), lineage.lives.end(), [&](const Account& other) {
    return other.number < life.number && other.until >= day;
  });
  return date_text(day) + (earlier == 0 ? "" : "~" + std::to_string(earlier + 1));
}

/// The life that changes/ shows an account by.
AccountNumber shown_life(const Lineage& lineage, const TimeView& range) {
  const auto* const second = lineage.living_at(range.at);
  const auto* const first = lineage.living_at(range.from);
  if (second != nullptr) return second->number;
  return first != nullptr ? first->number : AccountNumber{};
}

}  // namespace

Scope OverTimeTree::live(std::uint16_t view) const {
  Scope scope;
  scope.parts.kind = NodeKind::kAccount;
  scope.parts.view = view;
  scope.view = views_.find(view).value();
  scope.moment = past_.moment(kForever);
  return scope;
}

Scope OverTimeTree::with_account(const Scope& scope, AccountNumber account) {
  auto other = scope;
  other.parts.kind = NodeKind::kAccount;
  other.parts.account = account;
  return other;
}

Scope OverTimeTree::beside(const Scope& scope, const TimeView& view, AccountNumber account) {
  auto other = with_account(scope, account);
  other.parts.view = views_.number(view);
  other.view = view;
  other.generation = views_.generation(other.parts.view);
  return other;
}

// What stands in deleted/, history/ and changes/ themselves.

LookupResult OverTimeTree::lookup_in(Place place, std::string_view name) {
  if (place == Place::kChanges) return lookup_range(name);
  const auto scope = live(place == Place::kDeleted ? ViewTable::kDeleted : ViewTable::kHistory);
  if (place == Place::kDeleted) {
    const auto lineage = gatherer_.lineages().named(name, scope.moment.at);
    if (!lineage) return {};
    return {gathered_.account_node(with_account(scope, lineage->number()), lineage->lives.back().number), {}};
  }
  const auto life = gatherer_.lineages().life_named(name, scope.moment.at);
  if (!life) return {};
  return {gathered_.account_node(with_account(scope, *life), *life), {}};
}

void OverTimeTree::list(Place place, std::uint64_t cursor, const EntrySink& sink) {
  if (place == Place::kChanges) return;
  const auto scope = live(place == Place::kDeleted ? ViewTable::kDeleted : ViewTable::kHistory);
  const auto all = gatherer_.lineages().all(scope.moment.at);
  std::vector<std::pair<AccountNumber, const Lineage*>> rows;
  for (const auto& lineage : *all) {
    for (const auto& life : lineage.lives) {
      if (place == Place::kHistory || life.number == lineage.number()) rows.emplace_back(life.number, &lineage);
    }
  }
  std::sort(rows.begin(), rows.end());
  for (const auto& [number, lineage] : rows) {
    const auto own_cursor = kFirstGroup + number.value;
    if (own_cursor <= cursor) continue;
    const bool by_life = place == Place::kHistory;
    const auto owner = by_life ? number : lineage->lives.back().number;
    const auto node = gathered_.account_entry(with_account(scope, number), owner);
    if (!sink({by_life ? life_name(*lineage, *lineage->life(number)) : lineage->name, node, own_cursor})) return;
  }
}

LookupResult OverTimeTree::lookup_range(std::string_view name) {
  const auto dots = name.find(kBetween);
  if (dots == std::string_view::npos) return {std::nullopt, Lifetime::kFixed};
  const auto first = name.substr(0, dots);
  const auto second = name.substr(dots + kBetween.size());
  const auto found_from = past_.meaning(first);
  const auto found_to = past_.meaning(second);
  if (!found_from || !found_to) return {};
  const auto from = found_from->at;
  const auto to = found_to->at;
  if (from > to || past_.is_future(to) || past_.is_before_history(from)) return {};
  Scope scope;
  scope.moment = past_.moment(to);
  scope = beside(scope, {Container::kRange, std::string(name), to, from}, AccountNumber{});
  scope.parts.kind = NodeKind::kTimeDirectory;
  auto node = self(scope);
  if (node) node->entry = found_from->moves || found_to->moves ? Lifetime::kLive : Lifetime::kFixed;
  return {node, Lifetime::kNone};
}

// Accounts of deleted/: their days.

Node OverTimeTree::day_node(const Scope& scope, const std::string& name, Instant start, AccountNumber life) {
  return gathered_.account_node(beside(scope, {Container::kDay, name, kForever, start}, life), life);
}

LookupResult OverTimeTree::lookup_day(const Scope& scope, std::string_view name) {
  const auto start = day_of_name(name);
  const auto lineage = gatherer_.lineages().of(scope.account(), scope.moment.at);
  if (!start || !lineage) return {std::nullopt, scope.absence()};
  for (const auto& life : lineage->lives) {
    if (day_name(*lineage, life, *start) != name) continue;
    const auto days = gatherer_.days(*lineage, life, scope.moment.at);
    if (!std::binary_search(days->begin(), days->end(), *start)) continue;
    return {day_node(scope, std::string(name), *start, life.number), {}};
  }
  return {std::nullopt, scope.absence()};
}

void OverTimeTree::list_days(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  const auto lineage = gatherer_.lineages().of(scope.account(), scope.moment.at);
  if (!lineage) return;
  // Lives follow one another, and so do their days.
  for (std::size_t i = 0; i < lineage->lives.size(); ++i) {
    const auto& life = lineage->lives[i];
    const auto days = gatherer_.days(*lineage, life, scope.moment.at);
    for (const auto day : *days) {
      const auto number = static_cast<std::uint64_t>(day.value / kDayMicros);
      const auto own_cursor = kFirstGroup + (number << kLifeBits) + i;
      if (own_cursor <= cursor) continue;
      const auto name = day_name(*lineage, life, day);
      if (!sink({name, day_node(scope, name, day, life.number), own_cursor})) return;
    }
  }
}

// Ranges of changes/: their accounts.

LookupResult OverTimeTree::lookup_account(const Scope& scope, std::string_view name) {
  const auto lineage = gatherer_.lineages().named(name, scope.moment.at);
  const auto life = lineage ? shown_life(*lineage, scope.view) : AccountNumber{};
  if (life == AccountNumber{}) return {std::nullopt, scope.absence()};
  return {gathered_.account_node(with_account(scope, life), life), {}};
}

void OverTimeTree::list_accounts(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  const auto all = gatherer_.lineages().all(scope.moment.at);
  for (const auto& lineage : *all) {
    const auto own_cursor = kFirstGroup + lineage.number().value;
    const auto life = shown_life(lineage, scope.view);
    if (own_cursor <= cursor || life == AccountNumber{}) continue;
    if (!sink({lineage.name, gathered_.account_entry(with_account(scope, life), life), own_cursor})) return;
  }
}

// And theirs: what was added, removed and changed.

Node OverTimeTree::side_node(const Scope& scope, const Lineage& lineage, Container container) {
  auto view = scope.view;
  view.container = container;
  const auto* const life = lineage.living_at(container == Container::kRemoved ? view.from : view.at);
  const auto number = life == nullptr ? scope.account() : life->number;
  return gathered_.account_node(beside(scope, view, number), number);
}

LookupResult OverTimeTree::lookup_side(const Scope& scope, std::string_view name) {
  const auto lineage = gatherer_.lineages().of(scope.account(), scope.moment.at);
  for (const auto& [container, side] : kSides) {
    if (lineage && name == side) return {side_node(scope, *lineage, container), {}};
  }
  return {std::nullopt, scope.absence()};
}

void OverTimeTree::list_sides(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  const auto lineage = gatherer_.lineages().of(scope.account(), scope.moment.at);
  if (!lineage) return;
  auto own_cursor = kFirstGroup;
  for (const auto& [container, name] : kSides) {
    if (++own_cursor > cursor && !sink({name, side_node(scope, *lineage, container), own_cursor})) return;
  }
}

// All together.

std::optional<Node> OverTimeTree::self(const Scope& scope) {
  const auto container = scope.view.container;
  if (scope.parts.kind == NodeKind::kTimeDirectory) {
    if (container != Container::kRange) return std::nullopt;
    return directory_node(scope, node_id(scope.parts), virtual_directory(scope.moment));
  }
  if (is_gathered(container)) return gathered_.self(scope);
  const auto lineage = gatherer_.lineages().of(scope.account(), scope.moment.at);
  if (!lineage || scope.parts.kind != NodeKind::kAccount) return std::nullopt;
  return gathered_.account_node(scope,
                                container == Container::kDeleted ? lineage->lives.back().number : scope.account());
}

LookupResult OverTimeTree::lookup(const Scope& scope, std::string_view name) {
  if (is_gathered(scope.view.container)) return gathered_.lookup(scope, name);
  if (scope.parts.kind == NodeKind::kTimeDirectory) return lookup_account(scope, name);
  return scope.view.container == Container::kDeleted ? lookup_day(scope, name) : lookup_side(scope, name);
}

void OverTimeTree::list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  if (is_gathered(scope.view.container)) {
    gathered_.list(scope, cursor, sink);
  } else if (scope.parts.kind == NodeKind::kTimeDirectory) {
    list_accounts(scope, cursor, sink);
  } else if (scope.view.container == Container::kDeleted) {
    list_days(scope, cursor, sink);
  } else {
    list_sides(scope, cursor, sink);
  }
}

std::optional<NodeId> OverTimeTree::parent(const Scope& scope) {
  const auto container = scope.view.container;
  if (scope.parts.kind == NodeKind::kTimeDirectory) return place_id(Place::kChanges);
  if (scope.parts.kind != NodeKind::kAccount) return gathered_.parent(scope);
  if (container == Container::kDeleted) return place_id(Place::kDeleted);
  if (container == Container::kHistory) return place_id(Place::kHistory);
  if (container == Container::kRange) return sibling_id(scope, NodeKind::kTimeDirectory, AccountNumber{}, 0);
  const auto lineage = gatherer_.lineages().of(scope.account(), scope.moment.at);
  if (!lineage) return std::nullopt;
  if (container == Container::kDay) return node_id(with_account(live(ViewTable::kDeleted), lineage->number()).parts);
  auto range = scope.view;
  range.container = Container::kRange;
  return node_id(beside(scope, range, shown_life(*lineage, range)).parts);
}

}  // namespace yestermail
