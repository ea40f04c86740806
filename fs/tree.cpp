// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/tree.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/instant_text.h"
#include "fs/places.h"
#include "fs/texts.h"

namespace yestermail {
namespace {

constexpr std::uint64_t kFirstPlaceCursor = kDotDotCursor + 1;
constexpr std::uint64_t kFirstNamed = kFirstGroup + (1ULL << 40U);  // Behind the seconds of the series.
constexpr std::string_view kServerName = "@server";
constexpr std::uint64_t kServerCursor = kDotDotCursor + 1;

std::size_t copy_text(const std::string& text, std::uint64_t offset, std::span<std::byte> into) {
  if (offset >= text.size()) return 0;
  const auto size = std::min<std::size_t>(into.size(), text.size() - static_cast<std::size_t>(offset));
  std::memcpy(into.data(), text.data() + offset, size);
  return size;
}

bool is_directory_kind(NodeKind kind) { return kind >= NodeKind::kTimeDirectory; }

bool is_file_kind(NodeKind kind) { return kind == NodeKind::kFriendlyFile || kind == NodeKind::kExactFile; }

Style style_of(NodeKind file) { return file == NodeKind::kExactFile ? Style::kExact : Style::kOwnerOnly; }

}  // namespace

Tree::Tree(View& view, const Clock& clock, Log& log, TreeSettings settings)
    : view_(view),
      settings_(std::move(settings)),
      past_(view, clock, settings_.named),
      views_(settings_.most_instants),
      over_time_(past_, views_),
      search_(past_, views_, settings_.finder),
      friendly_(past_),
      recorded_(past_, settings_.owner, settings_.closed),
      files_(view, log) {}

std::optional<Scope> Tree::scope(NodeId id, std::optional<Instant> pinned) {
  const auto parts = node_parts(id);
  if (!parts || !is_directory_kind(parts->kind)) return std::nullopt;
  auto view = views_.find(parts->view);
  if (!view) return std::nullopt;
  // Asking for the newest instant costs a look into the store: not where the answer is known.
  const auto moment = pinned && view->at == kForever ? Moment{*pinned, *pinned, false} : past_.moment(view->at);
  return Scope{*parts, std::move(*view), moment, views_.generation(parts->view)};
}

// What stands above the times.

std::string Tree::status() {
  return status_text(
      {settings_.store_id, view_.last_instant(), view_.figures(), view_.watch_report(),
       settings_.checks ? settings_.checks() : CheckState{}, view_.gaps(kServerAccount, Instant{0}, kForever)},
      counters_);
}

std::optional<Node> Tree::place_node(std::uint64_t number) {
  NodeParts parts;
  parts.number = number;
  const auto place = place_of(parts);
  if (!place || !is_shown(*place)) return std::nullopt;
  Node node;
  node.id = node_id(parts);
  node.attributes.mode = is_directory(*place) ? 0555 : 0444;
  node.attributes.directory = is_directory(*place);
  node.attributes.mtime_ns = view_.last_instant().value * kNanosPerMicro;
  node.attributes_valid = Lifetime::kLive;
  if (*place == Place::kReadme) {
    const auto hours = past_.hours();
    node.attributes.mtime_ns = hours->empty() ? 0 : hours->front().value * kNanosPerMicro;
    node.attributes.size = readme_text().size();
  }
  if (*place == Place::kStatus) {
    // The kernel drops what it has cached of a file when its mtime changes: below the microsecond there is room.
    node.attributes.mtime_ns += static_cast<std::int64_t>(counters_.of(Request::kGetattr) % kNanosPerMicro);
    node.attributes.size = kStatusSize;
    node.attributes_valid = Lifetime::kNone;
    node.entry = Lifetime::kLive;
  }
  return node;
}

LookupResult Tree::lookup_in_place(std::uint64_t number, std::string_view name) {
  NodeParts parts;
  parts.number = number;
  const auto place = place_of(parts);
  if (!place || !is_directory(*place)) return {};
  for (const auto& row : kPlaces) {
    if (row.parent == *place && row.name == name) return {place_node(static_cast<std::uint64_t>(row.place)), {}};
  }
  if (*place == Place::kSearch) return search_.lookup_query(name);
  return is_over_time(*place) ? over_time_.lookup_in(*place, name) : lookup_time(container_of(*place), name);
}

LookupResult Tree::lookup_time(Container container, std::string_view name) {
  if (lists_times(container) && name == "latest") {
    return {time_node({container, "latest", kForever}, Lifetime::kFixed), {}};
  }
  const auto found = past_.meaning(name);
  if (!found) return {std::nullopt, Lifetime::kNone};  // Somebody may give the name to an instant.
  const auto at = found->at;
  if (lists_times(container) && !found->named && instant_file_name(at) != name) return {std::nullopt, Lifetime::kFixed};
  // A clock that is wrong now does not hide what was named while it was right.
  if (!found->named && (past_.is_future(at) || past_.is_before_history(at))) return {std::nullopt, Lifetime::kNone};
  return {time_node({container, std::string(name), at}, found->moves ? Lifetime::kLive : Lifetime::kFixed), {}};
}

std::optional<Node> Tree::time_node(const TimeView& view, Lifetime entry) {
  NodeParts parts;
  parts.kind = NodeKind::kTimeDirectory;
  parts.view = views_.number(view);
  const auto scope = Tree::scope(node_id(parts));
  if (!scope) return std::nullopt;
  auto node = directory_node(*scope, node_id(parts), virtual_directory(scope->moment));
  node.entry = entry;
  return node;
}

void Tree::list_place(std::uint64_t number, std::uint64_t cursor, const EntrySink& sink) {
  NodeParts parts;
  parts.number = number;
  const auto place = place_of(parts);
  if (!place || !is_directory(*place)) return;
  std::uint64_t own_cursor = kFirstPlaceCursor;
  for (const auto& row : kPlaces) {
    ++own_cursor;
    if (row.parent != *place || own_cursor <= cursor) continue;
    const auto node = place_node(static_cast<std::uint64_t>(row.place));
    if (node && !sink({row.name, *node, own_cursor})) return;
  }
  if (*place == Place::kSearch) return;
  if (is_over_time(*place)) return over_time_.list(*place, cursor, sink);
  const auto container = container_of(*place);
  if (!lists_times(container)) return;
  if (++own_cursor > cursor) {
    const auto latest = time_node({container, "latest", kForever}, Lifetime::kFixed);
    if (latest && !sink({"latest", *latest, own_cursor})) return;
  }
  for (const auto at : past_.series()) {
    own_cursor = kFirstGroup + static_cast<std::uint64_t>(at.value / kMicrosPerSecond);
    if (own_cursor <= cursor) continue;
    const auto name = instant_file_name(at);
    const auto node = time_node({container, name, at}, Lifetime::kFixed);
    if (node && !sink({name, *node, own_cursor})) return;
  }
  list_named(container, cursor, sink);
}

void Tree::list_named(Container container, std::uint64_t cursor, const EntrySink& sink) {
  const auto all = past_.named();
  for (const auto& named : *all) {
    const auto own_cursor = kFirstNamed + named.number;
    if (own_cursor <= cursor) continue;
    const auto node = time_node({container, named.name, named.at}, Lifetime::kLive);
    if (node && !sink({named.name, *node, own_cursor})) return;
  }
}

// What stands in a time directory.

std::optional<Node> Tree::account_node(const Scope& time, AccountNumber account) {
  if (!shows_maildirs(time.view.container)) return friendly_.account_node(time, account);
  auto root = time;
  root.parts.kind = NodeKind::kExact;
  root.parts.account = account;
  root.parts.number = kRootItem.value;
  return recorded_.self(root);
}

// To list ten thousand accounts opens none of them.
std::optional<Node> Tree::account_entry(const Scope& time, AccountNumber account) {
  if (past_.view().is_at_hand(account)) return account_node(time, account);
  if (!shows_maildirs(time.view.container)) {
    return unopened_directory(time, sibling_id(time, NodeKind::kAccount, account, 0));
  }
  return unopened_directory(time, sibling_id(time, NodeKind::kExact, account, kRootItem.value));
}

std::optional<Node> Tree::server_node(const Scope& time) {
  if (shows_maildirs(time.view.container)) return std::nullopt;
  auto root = time;
  root.parts.kind = NodeKind::kPlain;
  root.parts.account = kServerAccount;
  root.parts.number = kRootItem.value;
  return recorded_.self(root);
}

LookupResult Tree::lookup_account(const Scope& time, std::string_view name) {
  if (name == kServerName) return {server_node(time), time.absence()};
  const auto account = past_.account_named(name, time.moment);
  if (!account) return {std::nullopt, time.absence()};
  return {account_node(time, account->account.number), time.absence()};
}

void Tree::list_accounts(const Scope& time, std::uint64_t cursor, const EntrySink& sink) {
  if (cursor < kServerCursor) {
    const auto server = server_node(time);
    if (server && !sink({kServerName, *server, kServerCursor})) return;
  }
  const auto all = past_.accounts(time.moment);
  for (const auto& row : *all) {
    const auto own_cursor = kFirstGroup + row.account.number.value;
    if (own_cursor <= cursor) continue;
    const auto node = account_entry(time, row.account.number);
    if (node && !sink({row.name, *node, own_cursor})) return;
  }
}

// All together.

std::optional<Node> Tree::self(const Scope& scope) {
  if (scope.view.container == Container::kSearch) return search_.self(scope);
  if (is_over_time(scope.view.container)) return over_time_.self(scope);
  switch (scope.parts.kind) {
    case NodeKind::kTimeDirectory: return directory_node(scope, node_id(scope.parts), virtual_directory(scope.moment));
    case NodeKind::kAccount:
    case NodeKind::kFolder: return friendly_.self(scope);
    default: return recorded_.self(scope);
  }
}

std::optional<Node> Tree::node(NodeId id) {
  const auto parts = node_parts(id);
  if (!parts) return std::nullopt;
  switch (parts->kind) {
    case NodeKind::kPlace: return place_node(parts->number);
    case NodeKind::kFriendlyFile:
    case NodeKind::kExactFile: {
      const auto found = files_.attributes(parts->account, VersionId{parts->number}, style_of(parts->kind));
      if (!found) return std::nullopt;
      return Node{id, recorded_.as_shown(parts->account, *found), Lifetime::kFixed, Lifetime::kFixed, 1};
    }
    default: break;
  }
  const auto found = scope(id);
  return found ? self(*found) : std::nullopt;
}

std::optional<NodeId> Tree::parent(NodeId id) {
  const auto parts = node_parts(id);
  if (!parts) return std::nullopt;
  if (parts->kind == NodeKind::kPlace) {
    const auto* const row = std::find_if(kPlaces.begin(), kPlaces.end(),
                                         [&](const PlaceRow& place) { return place_id(place.place) == id; });
    return row == kPlaces.end() ? kRootNode : place_id(row->parent);
  }
  const auto found = scope(id);
  return found ? parent(*found) : std::nullopt;
}

std::optional<NodeId> Tree::parent(const Scope& scope) {
  if (scope.view.container == Container::kSearch) return SearchTree::parent(scope);
  if (is_over_time(scope.view.container)) return over_time_.parent(scope);
  switch (scope.parts.kind) {
    case NodeKind::kTimeDirectory: return place_id(place_of(scope.view.container));
    case NodeKind::kAccount:
    case NodeKind::kFolder: return friendly_.parent(scope);
    default: return recorded_.parent(scope);
  }
}

LookupResult Tree::lookup(NodeId directory, std::string_view name) {
  if (name == ".") return {node(directory), Lifetime::kNone};
  if (name == "..") {
    const auto above = parent(directory);
    return {above ? node(*above) : std::nullopt, Lifetime::kNone};
  }
  const auto parts = node_parts(directory);
  if (!parts) return {};
  if (parts->kind == NodeKind::kPlace) return lookup_in_place(parts->number, name);
  const auto found = scope(directory);
  return found ? lookup_name(*found, name) : LookupResult{};
}

LookupResult Tree::lookup_name(const Scope& scope, std::string_view name) {
  if (scope.view.container == Container::kSearch) return search_.lookup(scope, name);
  if (is_over_time(scope.view.container)) return over_time_.lookup(scope, name);
  switch (scope.parts.kind) {
    case NodeKind::kTimeDirectory: return lookup_account(scope, name);
    case NodeKind::kAccount:
    case NodeKind::kFolder: return friendly_.lookup(scope, name);
    default: return recorded_.lookup(scope, name);
  }
}

Instant Tree::present() { return view_.last_instant(); }

bool Tree::list_dots(const Node& here, std::optional<NodeId> above, std::uint64_t cursor, const EntrySink& sink) {
  if (cursor < kDotCursor && !sink({".", here, kDotCursor})) return false;
  auto parent = here;
  parent.id = above.value_or(here.id);
  return cursor >= kDotDotCursor || sink({"..", parent, kDotDotCursor});
}

bool Tree::list(NodeId directory, Instant pinned, std::uint64_t cursor, const EntrySink& sink) {
  const auto parts = node_parts(directory);
  if (!parts) return false;
  if (parts->kind == NodeKind::kPlace) {
    const auto here = place_node(parts->number);
    if (!here || !here->attributes.directory) return false;
    if (list_dots(*here, parent(directory), cursor, sink)) list_place(parts->number, cursor, sink);
    return true;
  }
  const auto found = scope(directory, pinned);
  if (!found) return false;
  if (cursor < kDotDotCursor) {
    const auto here = self(*found);
    if (!here || !here->attributes.directory) return false;
    if (!list_dots(*here, parent(*found), cursor, sink)) return true;
  }
  if (found->view.container == Container::kSearch) {
    search_.list(*found, cursor, sink);
  } else if (is_over_time(found->view.container)) {
    over_time_.list(*found, cursor, sink);
  } else if (parts->kind == NodeKind::kTimeDirectory) {
    list_accounts(*found, cursor, sink);
  } else if (parts->kind == NodeKind::kAccount || parts->kind == NodeKind::kFolder) {
    friendly_.list(*found, cursor, sink);
  } else {
    recorded_.list(*found, cursor, sink);
  }
  return true;
}

bool Tree::is_list_fixed(NodeId directory) {
  const auto parts = node_parts(directory);
  if (!parts || !is_directory_kind(parts->kind)) return false;
  const auto view = views_.find(parts->view);
  return view && view->at != kForever && past_.moment(view->at).settled;
}

std::size_t Tree::read(NodeId file, std::uint64_t offset, std::span<std::byte> into) {
  const auto parts = node_parts(file);
  if (!parts) throw Error(Errc::kNotFound, "no such node");
  switch (parts->kind) {
    case NodeKind::kFriendlyFile:
    case NodeKind::kExactFile: return files_.read(parts->account, VersionId{parts->number}, offset, into);
    case NodeKind::kPlace:
      if (file == place_id(Place::kReadme)) return copy_text(readme_text(), offset, into);
      if (file == place_id(Place::kStatus)) return copy_text(status(), offset, into);
      break;
    default: break;
  }
  throw Error(Errc::kNotFound, "no such file");
}

void Tree::contents(std::span<const NodeId> files, const ContentSink& sink) {
  struct Wanted {
    std::vector<NodeId> nodes;
    std::vector<VersionId> bodies;
  };
  std::map<AccountNumber, Wanted> of_accounts;
  for (const auto file : files) {
    const auto parts = node_parts(file);
    if (!parts || !is_file_kind(parts->kind)) continue;
    auto& wanted = of_accounts[parts->account];
    wanted.nodes.push_back(file);
    wanted.bodies.push_back(VersionId{parts->number});
  }
  for (const auto& of_account : of_accounts) {
    const auto& wanted = of_account.second;
    view_.contents(of_account.first, wanted.bodies,
                   [&](std::size_t index, ByteView content) { sink(wanted.nodes[index], content); });
  }
}

void Tree::learned(NodeId id) {
  const auto parts = node_parts(id);
  if (parts && is_directory_kind(parts->kind)) views_.retain(parts->view);
}

void Tree::forgot(NodeId id, std::uint64_t count) {
  const auto parts = node_parts(id);
  if (parts && is_directory_kind(parts->kind)) views_.release(parts->view, count);
}

}  // namespace yestermail
