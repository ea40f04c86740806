// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/gathered_tree.h"

#include <algorithm>
#include <vector>

#include "fs/account_node.h"
#include "fs/cursors.h"
#include "fs/folder_finder.h"
#include "fs/folder_node.h"
#include "fs/item_names.h"

namespace yestermail {
namespace {

bool is_history(const Scope& scope) { return scope.view.container == Container::kHistory; }

bool contains(std::shared_ptr<const IdList> ids, VersionId id) {
  const IdCursor cursor(std::move(ids), VersionId{id.value - 1});
  return !cursor.done() && cursor.peek() == id;
}

}  // namespace

std::optional<GatheredTree::Place> GatheredTree::place(const Scope& scope) {
  Place place{gatherer_.of(scope), FolderTree::kTop};
  if (!place.all) return std::nullopt;
  if (scope.parts.kind == NodeKind::kAccount) return place;
  const auto index = place.all->folders.find(scope.item(), scope.parts.depth);
  if (!index) return std::nullopt;
  place.index = *index;
  return place;
}

Node GatheredTree::account_node(const Scope& scope, AccountNumber life) {
  return yestermail::account_node(view_, scope, scope.account(), life);
}

Node GatheredTree::account_entry(const Scope& scope, AccountNumber life) {
  return yestermail::account_entry(view_, scope, scope.account(), life);
}

Node GatheredTree::folder_node(const Scope& scope, const Folder& folder) {
  return yestermail::folder_node(scope, folder, newest_by(view_, scope.account(), item_of(folder), kForever));
}

std::optional<Node> GatheredTree::self(const Scope& scope) {
  if (scope.parts.kind == NodeKind::kLife) return is_history(scope) ? life_.self(scope) : std::nullopt;
  const auto found = place(scope);
  if (!found) return std::nullopt;
  if (found->index == FolderTree::kTop) return account_node(scope, scope.account());
  auto node = folder_node(scope, found->folder());
  // Asked for by an id that another one has replaced meanwhile: it answers for itself.
  node.id = node_id(scope.parts);
  return node;
}

std::shared_ptr<const IdList> GatheredTree::messages(const Scope& scope, const Place& place) {
  if (is_history(scope)) return gatherer_.past_messages(scope, *place.all, place.folder().item);
  return {place.all, &place.all->messages.at(place.folder().item)};
}

Node GatheredTree::message_node(const Scope& scope, const Version& message) {
  if (is_history(scope)) return ItemLife::node(scope, message);
  return file_node(scope.account(), message, Style::kOwnerOnly, scope.lifetime());
}

std::optional<Node> GatheredTree::message(const Scope& scope, const Place& place, std::string_view name) {
  const auto item = item_of_name(name);
  if (!item) return std::nullopt;
  const auto ids = messages(scope, place);
  for (const auto& version : view_.history(scope.account(), *item)) {
    if (version.state.kind != EntryKind::kMessage || !contains(ids, version.id)) continue;
    if (message_name(version.item, version.state) == name) return message_node(scope, version);
  }
  return std::nullopt;
}

std::optional<std::size_t> GatheredTree::index_of(const Scope& scope, const Gathering& all, const Version& message) {
  const auto at = scope.moment.at;
  const auto directory = newest_by(view_, scope.account(), message.state.parent, at);
  if (!directory) return std::nullopt;
  for (const auto& [folder, items] : all.directories) {
    if (std::find(items.begin(), items.end(), directory->state.parent) != items.end()) {
      return all.folders.find(folder, 0);
    }
  }
  return std::nullopt;
}

// From the message alone, without the list of its folder: that is made anew after every change of the account.
std::optional<Node> GatheredTree::life(const Scope& scope, const Place& place, std::string_view name) {
  const auto item = ItemLife::item_of(name);
  if (!item) return std::nullopt;
  const auto last = life_.last(scope, *item);
  if (!last || ItemLife::name(*last) != name || index_of(scope, *place.all, *last) != place.index) return std::nullopt;
  return ItemLife::node(scope, *last);
}

LookupResult GatheredTree::lookup(const Scope& scope, std::string_view name) {
  if (scope.parts.kind == NodeKind::kLife) return life_.lookup(scope, name);
  LookupResult result{std::nullopt, scope.absence()};
  const auto found = place(scope);
  if (!found) return result;
  if (const auto child = found->all->folders.child(found->index, name)) {
    result.node = folder_node(scope, found->all->folders.at(*child));
  } else if (found->folder().item != kNoItem) {
    result.node = is_history(scope) ? life(scope, *found, name) : message(scope, *found, name);
  }
  return result;
}

void GatheredTree::list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  if (scope.parts.kind == NodeKind::kLife) return life_.list(scope, cursor, sink);
  const auto found = place(scope);
  if (!found || !list_folders(scope, *found, cursor, sink)) return;
  if (found->folder().item != kNoItem) list_messages(scope, *found, cursor, sink);
}

bool GatheredTree::list_folders(const Scope& scope, const Place& place, std::uint64_t cursor, const EntrySink& sink) {
  const auto& folders = place.all->folders;
  const auto& children = place.folder().children;
  const auto first = std::partition_point(
      children.begin(), children.end(), [&](std::size_t child) { return folder_cursor(folders.at(child)) <= cursor; });
  return std::all_of(first, children.end(), [&](std::size_t child) {
    const auto& folder = folders.at(child);
    return sink({folder.name, folder_node(scope, folder), folder_cursor(folder)});
  });
}

void GatheredTree::list_messages(const Scope& scope, const Place& place, std::uint64_t cursor, const EntrySink& sink) {
  IdCursor ids(messages(scope, place), message_before(cursor));
  while (!ids.done()) {
    std::vector<VersionId> batch;
    for (; batch.size() < kListedAtOnce && !ids.done(); ids.next()) batch.push_back(ids.peek());
    for (const auto& version : view_.versions(scope.account(), batch)) {
      if (version.state.kind != EntryKind::kMessage) continue;
      const auto name = is_history(scope) ? ItemLife::name(version) : message_name(version.item, version.state);
      if (!sink({name, message_node(scope, version), message_cursor(version.id)})) return;
    }
  }
}

std::optional<NodeId> GatheredTree::parent(const Scope& scope) {
  if (scope.parts.kind == NodeKind::kLife) {
    const auto last = life_.last(scope, scope.item());
    const auto all = gatherer_.of(scope);
    const auto index = last && all ? index_of(scope, *all, *last) : std::nullopt;
    if (!index) return std::nullopt;
    return folder_id(scope, all->folders.at(*index));
  }
  const auto found = place(scope);
  if (!found) return std::nullopt;
  const auto above = found->folder().parent;
  if (above == FolderTree::kTop) return sibling_id(scope, NodeKind::kAccount, scope.account(), 0);
  return folder_id(scope, found->all->folders.at(above));
}

}  // namespace yestermail
