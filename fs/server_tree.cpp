// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/server_tree.h"

#include "fs/texts.h"

namespace yestermail {
namespace {

constexpr std::string_view kAccounts = "accounts";
constexpr std::string_view kSuffix = ".json";
constexpr std::uint64_t kAccountsCursor = kDotDotCursor + 1;
constexpr std::int64_t kNanosPerMicro = 1000;

// accounts/ takes the id of a folder that no account has: the server account has no readable folders.
NodeId accounts_id(const Scope& scope) { return sibling_id(scope, NodeKind::kFolder, kServerAccount, kRootItem.value); }

NodeId root_id(const Scope& scope) { return sibling_id(scope, NodeKind::kPlain, kServerAccount, kRootItem.value); }

}  // namespace

Attributes ServerTree::owned(Attributes attributes) const {
  attributes.mode = attributes.directory ? 0500 : 0400;
  attributes.uid = owner_.uid;
  attributes.gid = owner_.gid;
  return attributes;
}

Node ServerTree::root(const Scope& time) {
  return directory_node(time, root_id(time), owned(virtual_directory(time.moment)));
}

Node ServerTree::accounts_node(const Scope& scope) {
  return directory_node(scope, accounts_id(scope), owned(virtual_directory(scope.moment)));
}

bool ServerTree::has_accounts(const Scope& scope) {
  return scope.item() == kRootItem && !is_accounts(scope) && !recorded_.lookup(scope, kAccounts).node;
}

std::optional<Node> ServerTree::self(const Scope& scope) {
  if (is_accounts(scope)) return scope.item() == kRootItem ? std::optional(accounts_node(scope)) : std::nullopt;
  if (scope.item() == kRootItem) return root(scope);
  return recorded_.self(scope);
}

LookupResult ServerTree::lookup(const Scope& scope, std::string_view name) {
  if (is_accounts(scope)) {
    LookupResult result{std::nullopt, scope.absence()};
    if (!name.ends_with(kSuffix)) return result;
    name.remove_suffix(kSuffix.size());
    if (const auto found = past_.account_named(name, scope.moment)) {
      result.node = card(found->account.number, scope.lifetime());
    }
    return result;
  }
  if (name == kAccounts && has_accounts(scope)) return {accounts_node(scope), {}};
  return recorded_.lookup(scope, name);
}

void ServerTree::list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  if (!is_accounts(scope)) {
    if (cursor < kAccountsCursor && has_accounts(scope)) {
      if (!sink({kAccounts, accounts_node(scope), kAccountsCursor})) return;
    }
    recorded_.list(scope, cursor, sink);
    return;
  }
  const auto all = past_.accounts(scope.moment);
  for (const auto& row : *all) {
    const auto own_cursor = kFirstGroup + row.account.number.value;
    if (own_cursor <= cursor) continue;
    const auto node = card(row.account.number, scope.lifetime());
    if (node && !sink({row.name + std::string(kSuffix), *node, own_cursor})) return;
  }
}

std::optional<NodeId> ServerTree::parent(const Scope& scope) {
  return is_accounts(scope) ? root_id(scope) : recorded_.parent(scope);
}

std::optional<Node> ServerTree::card(AccountNumber account, Lifetime entry) {
  const auto found = past_.view().account(account);
  if (!found) return std::nullopt;
  NodeParts parts;
  parts.kind = NodeKind::kAccountCard;
  parts.number = account.value;
  Attributes attributes;
  attributes.size = account_text(*found).size();
  attributes.mtime_ns = found->since.value * kNanosPerMicro;
  return Node{node_id(parts), owned(attributes), entry, Lifetime::kFixed, 1};
}

std::optional<std::string> ServerTree::card_text(AccountNumber account) {
  const auto found = past_.view().account(account);
  if (!found) return std::nullopt;
  return account_text(*found);
}

}  // namespace yestermail
