// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/recorded_tree.h"

#include <vector>

#include "fs/cursors.h"
#include "fs/safe_text.h"

namespace yestermail {
namespace {

constexpr std::uint32_t kWriteBits = 0222;

constexpr std::string_view kAccountSuffix = ".json";

std::string shown_name(const Version& version) {
  auto name = version.state.name;
  if (version.state.kind == EntryKind::kAccount) name += kAccountSuffix;
  return name;
}

constexpr std::string_view kControl = "@control";

bool is_pseudo_name(std::string_view name) { return name == "@home" || name == kControl; }

bool is_exact_root(const Scope& scope) { return scope.parts.kind == NodeKind::kExact && scope.item() == kRootItem; }

}  // namespace

Style RecordedTree::style_of(const Scope& scope) {
  return scope.parts.kind == NodeKind::kExact ? Style::kExact : Style::kOwnerOnly;
}

bool RecordedTree::is_shown(const Scope& scope, const Version& version) {
  return !(is_exact_root(scope) && is_pseudo_name(version.state.name)) && is_entry_name(shown_name(version));
}

bool RecordedTree::is_control(const Scope& scope, const Version& version) {
  return is_exact_root(scope) && version.state.name == kControl;
}

Attributes RecordedTree::as_shown(AccountNumber account, Attributes attributes) const {
  if (closed_) attributes.mode &= ~kWriteBits;
  if (account != kServerAccount) return attributes;
  attributes.uid = owner_.uid;
  attributes.gid = owner_.gid;
  return attributes;
}

Node RecordedTree::node_of(const Scope& scope, const Version& version) const {
  const auto style = style_of(scope);
  auto node = version.state.kind == EntryKind::kDirectory
                  ? directory_node(scope, sibling_id(scope, scope.parts.kind, scope.account(), version.item.value),
                                   attributes_of(version.state, style))
                  : file_node(scope.account(), version, style, scope.lifetime());
  node.attributes = as_shown(scope.account(), node.attributes);
  return node;
}

std::optional<Node> RecordedTree::self(const Scope& scope) {
  const auto version = past_.view().item_at(scope.account(), scope.item(), scope.moment.at);
  if (version && version->state.kind == EntryKind::kDirectory) return node_of(scope, *version);
  if (scope.item() != kRootItem || scope.account() == kServerAccount) return std::nullopt;
  // An account whose root could not be read yet is an empty directory of nobody's.
  if (!past_.account(scope.account(), scope.moment)) return std::nullopt;
  auto attributes = virtual_directory(scope.moment);
  attributes.mode = 0500;
  return directory_node(scope, sibling_id(scope, scope.parts.kind, scope.account(), kRootItem.value), attributes);
}

LookupResult RecordedTree::lookup(const Scope& scope, std::string_view name) {
  const auto find = [&](std::string_view raw) {
    return past_.view().lookup(scope.account(), scope.item(), raw, scope.moment.at);
  };
  auto version = find(name);
  if (!version && scope.account() == kServerAccount && name.ends_with(kAccountSuffix)) {
    version = find(name.substr(0, name.size() - kAccountSuffix.size()));
  }
  const bool there = version && (is_shown(scope, *version) || is_control(scope, *version));
  if (!there || shown_name(*version) != name) return {std::nullopt, scope.absence()};
  return {node_of(scope, *version), {}};
}

void RecordedTree::list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  IdCursor ids(past_.entries(scope.account(), scope.item(), scope.moment), message_before(cursor));
  while (!ids.done()) {
    std::vector<VersionId> batch;
    for (; batch.size() < kListedAtOnce && !ids.done(); ids.next()) batch.push_back(ids.peek());
    for (const auto& version : past_.view().versions(scope.account(), batch)) {
      if (!is_shown(scope, version)) continue;
      if (!sink({shown_name(version), node_of(scope, version), message_cursor(version.id)})) return;
    }
  }
}

std::optional<NodeId> RecordedTree::parent(const Scope& scope) {
  if (scope.item() == kRootItem) return sibling_id(scope, NodeKind::kTimeDirectory, AccountNumber{}, 0);
  const auto version = past_.view().item_at(scope.account(), scope.item(), scope.moment.at);
  if (!version) return std::nullopt;
  const bool home = scope.parts.kind == NodeKind::kPlain && scope.account() != kServerAccount;
  if (home && version->state.parent == kRootItem) return sibling_id(scope, NodeKind::kAccount, scope.account(), 0);
  return sibling_id(scope, scope.parts.kind, scope.account(), version->state.parent.value);
}

}  // namespace yestermail
