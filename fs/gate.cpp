// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/gate.h"

#include "fs/places.h"

namespace yestermail {
namespace {

/// What stands in a place or a time directory is the accounts, and what tells of all of them.
bool holds_accounts(NodeId directory) {
  const auto parts = node_parts(directory);
  return parts && (parts->kind == NodeKind::kPlace || parts->kind == NodeKind::kTimeDirectory);
}

bool is_for_everybody(const NodeParts& parts) {
  if (parts.kind == NodeKind::kPlace) return place_of(parts) != Place::kStatus;
  return parts.kind == NodeKind::kTimeDirectory;
}

}  // namespace

bool Gate::shows(std::uint32_t user, NodeId node) {
  if (!differs()) return true;
  const auto parts = node_parts(node);
  if (!parts || is_for_everybody(*parts)) return true;
  const bool trusted = user == 0 || user == rules_.mounter;
  if (parts->kind == NodeKind::kPlace || parts->account == kServerAccount) return trusted && !rules_.only;
  if (rules_.only && !is_the_one(parts->account)) return false;
  return trusted || shows_account(user, parts->account);
}

bool Gate::shows_account(std::uint32_t user, AccountNumber account) {
  return rules_.only ? rules_.who == user : owner(account) == user;
}

bool Gate::is_the_one(AccountNumber account) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = ones_.try_emplace(account, false);
  if (is_new) {
    const auto found = view_.account(account);
    known->second = found && found->name == *rules_.only;
  }
  return known->second;
}

std::optional<std::uint32_t> Gate::owner(AccountNumber account) {
  const auto last = view_.last_instant();
  {
    const std::lock_guard lock(mutex_);
    const auto known = owners_.find(account);
    if (known != owners_.end() && known->second.checked == last) return known->second.user;
  }
  // Of an account that has ended the last state counts.
  const auto states = view_.history(account, kRootItem);
  const auto user = states.empty() ? std::nullopt : std::optional(states.back().state.uid);
  const std::lock_guard lock(mutex_);
  owners_[account] = {last, user};
  return user;
}

bool Gate::is_sorted_out(NodeId directory) const { return differs() && holds_accounts(directory); }

Node Gate::told(Node node, NodeId directory) const {
  const auto parts = node_parts(node.id);
  if (is_sorted_out(directory) && parts && !is_for_everybody(*parts)) {
    node.entry = Lifetime::kNone;
    node.attributes_valid = Lifetime::kNone;
  }
  return node;
}

}  // namespace yestermail
