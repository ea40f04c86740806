// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/search_tree.h"

#include <algorithm>
#include <span>

#include "fs/account_node.h"
#include "fs/cursors.h"
#include "fs/item_names.h"
#include "fs/places.h"

namespace yestermail {
namespace {

constexpr std::size_t kBudget = 2U << 20U;
constexpr std::int64_t kHour = 3600 * kMicrosPerSecond;

}  // namespace

SearchTree::SearchTree(Past& past, ViewTable& views, Finder* finder)
    : past_(past), views_(views), finder_(finder), lineages_(past.view()), found_(kBudget) {}

LookupResult SearchTree::lookup_query(std::string_view query) {
  if (finder_ == nullptr || !finder_->understands(query)) return {};
  Scope scope;
  scope.view = {Container::kSearch, std::string(query), kForever};
  scope.parts.kind = NodeKind::kTimeDirectory;
  scope.parts.view = views_.number(scope.view);
  scope.generation = views_.generation(scope.parts.view);
  scope.moment = past_.moment(kForever);
  return {self(scope), {}};
}

std::optional<Node> SearchTree::self(const Scope& scope) {
  if (scope.parts.kind == NodeKind::kTimeDirectory) {
    return directory_node(scope, node_id(scope.parts), virtual_directory(scope.moment));
  }
  if (scope.parts.kind != NodeKind::kAccount || !lineages_.of(scope.account(), scope.moment.at)) return std::nullopt;
  return account_node(past_.view(), scope, scope.account(), scope.account());
}

// Kept while nothing changes in the account, and no longer than an hour: a query may say "yesterday".
std::shared_ptr<const SearchTree::Ids> SearchTree::found(const Scope& scope) {
  const auto& query = scope.view.spelling;
  const auto change = past_.view().last_change(scope.account(), kForever);
  return found_.get({query, scope.account(), change, past_.now().value / kHour}, [&] {
    const auto account = past_.view().account(scope.account());
    auto ids = std::make_shared<const Ids>(account && finder_ != nullptr ? finder_->find(*account, query) : Ids());
    const auto bytes = ids->size() * sizeof(VersionId) + query.size() + sizeof(Key);
    return LruCache<Key, const Ids>::Loaded{std::move(ids), bytes};
  });
}

LookupResult SearchTree::lookup(const Scope& scope, std::string_view name) {
  if (scope.parts.kind == NodeKind::kTimeDirectory) {
    const auto life = lineages_.life_named(name, scope.moment.at);
    return {life ? std::optional(account_node(past_.view(), scope, *life, *life)) : std::nullopt, scope.absence()};
  }
  LookupResult result{std::nullopt, scope.absence()};
  const auto item = item_of_name(name);
  if (!item) return result;
  const auto ids = found(scope);
  for (const auto& version : past_.view().history(scope.account(), *item)) {
    if (!std::ranges::binary_search(*ids, version.id) || message_name(version.item, version.state) != name) continue;
    result.node = file_node(scope.account(), version, Style::kOwnerOnly, scope.lifetime());
  }
  return result;
}

void SearchTree::list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  if (scope.parts.kind == NodeKind::kTimeDirectory) {
    list_accounts(scope, cursor, sink);
  } else {
    list_messages(scope, cursor, sink);
  }
}

void SearchTree::list_accounts(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  const auto all = lineages_.all(scope.moment.at);
  std::vector<std::pair<AccountNumber, const Lineage*>> rows;
  for (const auto& lineage : *all) {
    for (const auto& life : lineage.lives) rows.emplace_back(life.number, &lineage);
  }
  std::sort(rows.begin(), rows.end());
  for (const auto& [number, lineage] : rows) {
    const auto own_cursor = kFirstGroup + number.value;
    if (own_cursor <= cursor) continue;
    const auto node = account_entry(past_.view(), scope, number, number);
    if (!sink({life_name(*lineage, *lineage->life(number)), node, own_cursor})) return;
  }
}

void SearchTree::list_messages(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  const auto ids = found(scope);
  auto rest = std::span(*ids);
  rest = rest.subspan(static_cast<std::size_t>(std::ranges::upper_bound(rest, message_before(cursor)) - rest.begin()));
  for (; !rest.empty(); rest = rest.subspan(std::min(kListedAtOnce, rest.size()))) {
    for (const auto& version :
         past_.view().versions(scope.account(), rest.first(std::min(kListedAtOnce, rest.size())))) {
      const auto node = file_node(scope.account(), version, Style::kOwnerOnly, scope.lifetime());
      if (!sink({message_name(version.item, version.state), node, message_cursor(version.id)})) return;
    }
  }
}

NodeId SearchTree::parent(const Scope& scope) {
  if (scope.parts.kind == NodeKind::kTimeDirectory) return place_id(Place::kSearch);
  return sibling_id(scope, NodeKind::kTimeDirectory, AccountNumber{}, 0);
}

}  // namespace yestermail
