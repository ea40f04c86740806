// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/friendly_tree.h"

#include <algorithm>
#include <vector>

#include "base/maildir_name.h"
#include "fs/account_folders.h"
#include "fs/cursors.h"
#include "fs/folder_node.h"
#include "fs/item_names.h"

namespace yestermail {
namespace {

constexpr std::uint64_t kHomeCursor = kDotDotCursor + 1;

/// The next ids of both directories of a folder, ascending.
std::vector<VersionId> next_of_both(IdCursor& a, IdCursor& b, std::size_t most) {
  std::vector<VersionId> batch;
  while (batch.size() < most && !(a.done() && b.done())) {
    auto& from = b.done() || (!a.done() && a.peek() < b.peek()) ? a : b;
    batch.push_back(from.peek());
    from.next();
  }
  return batch;
}

}  // namespace

std::optional<FriendlyTree::Place> FriendlyTree::place(const Scope& scope) {
  const auto account = past_.account(scope.account(), scope.moment);
  if (!account) return std::nullopt;
  Place place{past_.folders(*account, scope.moment), FolderTree::kTop};
  if (scope.parts.kind == NodeKind::kAccount) return place;
  const auto index = place.tree->find(scope.item(), scope.parts.depth);
  if (!index) return std::nullopt;
  place.index = *index;
  return place;
}

Node FriendlyTree::account_node(const Scope& time, AccountNumber number) {
  const auto root = past_.view().item_at(number, kRootItem, time.moment.at);
  const auto attributes = root ? attributes_of(root->state, Style::kOwnerOnly) : owner_directory(time.moment, 0, 0);
  return directory_node(time, sibling_id(time, NodeKind::kAccount, number, 0), attributes);
}

Node FriendlyTree::folder_node(const Scope& scope, const Folder& folder) {
  return yestermail::folder_node(scope, folder,
                                 past_.view().item_at(scope.account(), item_of(folder), scope.moment.at));
}

std::optional<Node> FriendlyTree::home_node(const Scope& scope) {
  const auto home = past_.view().lookup(scope.account(), kRootItem, FolderTree::kHome, scope.moment.at);
  if (!home || home->state.kind != EntryKind::kDirectory) return std::nullopt;
  return directory_node(scope, sibling_id(scope, NodeKind::kPlain, scope.account(), home->item.value),
                        attributes_of(home->state, Style::kOwnerOnly));
}

std::optional<Node> FriendlyTree::self(const Scope& scope) {
  if (scope.parts.kind == NodeKind::kAccount) {
    const auto account = past_.account(scope.account(), scope.moment);
    if (!account) return std::nullopt;
    return account_node(scope, scope.account());
  }
  const auto found = place(scope);
  if (!found) return std::nullopt;
  auto node = folder_node(scope, found->folder());
  // Asked for by an id that another one has replaced meanwhile: it answers for itself.
  node.id = node_id(scope.parts);
  return node;
}

std::optional<Node> FriendlyTree::message(const Scope& scope, ItemId folder, std::string_view name) {
  const auto item = item_of_name(name);
  if (!item || folder == kNoItem) return std::nullopt;
  const auto version = past_.view().item_at(scope.account(), *item, scope.moment.at);
  if (!version || version->state.kind != EntryKind::kMessage) return std::nullopt;
  if (message_name(version->item, version->state) != name) return std::nullopt;
  const auto directory = past_.view().item_at(scope.account(), version->state.parent, scope.moment.at);
  if (!directory || directory->state.parent != folder) return std::nullopt;
  if (!is_message_directory(directory->state.name)) return std::nullopt;
  return file_node(scope.account(), *version, Style::kOwnerOnly, scope.lifetime());
}

LookupResult FriendlyTree::lookup(const Scope& scope, std::string_view name) {
  const auto found = place(scope);
  if (!found) return {std::nullopt, scope.absence()};
  LookupResult result{std::nullopt, scope.absence()};
  if (const auto child = found->tree->child(found->index, name)) {
    result.node = folder_node(scope, found->tree->at(*child));
  } else if (found->index == FolderTree::kTop) {
    if (name == FolderTree::kHome) result.node = home_node(scope);
  } else {
    result.node = message(scope, found->folder().item, name);
  }
  return result;
}

void FriendlyTree::list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  const auto found = place(scope);
  if (!found) return;
  if (found->index == FolderTree::kTop && cursor < kHomeCursor) {
    const auto home = home_node(scope);
    if (home && !sink({FolderTree::kHome, *home, kHomeCursor})) return;
  }
  if (!list_folders(scope, *found, cursor, sink)) return;
  if (found->folder().item != kNoItem) list_messages(scope, found->folder().item, cursor, sink);
}

bool FriendlyTree::list_folders(const Scope& scope, const Place& place, std::uint64_t cursor, const EntrySink& sink) {
  const auto& children = place.folder().children;
  const auto first = std::partition_point(children.begin(), children.end(), [&](std::size_t child) {
    return folder_cursor(place.tree->at(child)) <= cursor;
  });
  return std::all_of(first, children.end(), [&](std::size_t child) {
    const auto& folder = place.tree->at(child);
    return sink({folder.name, folder_node(scope, folder), folder_cursor(folder)});
  });
}

void FriendlyTree::list_messages(const Scope& scope, ItemId folder, std::uint64_t cursor, const EntrySink& sink) {
  const auto after = message_before(cursor);
  const auto ids_in = [&](std::string_view name) {
    const auto directory = past_.view().lookup(scope.account(), folder, name, scope.moment.at);
    auto ids =
        directory ? past_.entries(scope.account(), directory->item, scope.moment) : std::make_shared<const IdList>();
    return IdCursor(std::move(ids), after);
  };
  auto cur = ids_in("cur");
  auto fresh = ids_in("new");
  for (auto batch = next_of_both(cur, fresh, kListedAtOnce); !batch.empty();
       batch = next_of_both(cur, fresh, kListedAtOnce)) {
    for (const auto& version : past_.view().versions(scope.account(), batch)) {
      if (version.state.kind != EntryKind::kMessage) continue;
      const auto name = message_name(version.item, version.state);
      const auto node = file_node(scope.account(), version, Style::kOwnerOnly, scope.lifetime());
      if (!sink({name, node, message_cursor(version.id)})) return;
    }
  }
}

std::optional<NodeId> FriendlyTree::parent(const Scope& scope) {
  if (scope.parts.kind == NodeKind::kAccount) return sibling_id(scope, NodeKind::kTimeDirectory, AccountNumber{}, 0);
  const auto found = place(scope);
  if (!found) return std::nullopt;
  const auto above = found->folder().parent;
  if (above == FolderTree::kTop) return sibling_id(scope, NodeKind::kAccount, scope.account(), 0);
  return folder_id(scope, found->tree->at(above));
}

}  // namespace yestermail
