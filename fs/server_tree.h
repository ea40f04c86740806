// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fs/past.h"
#include "fs/recorded_tree.h"
#include "fs/scope.h"

namespace yestermail {

/// Who owns what is nobody's mail: the user that mounts.
struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// @server of a time directory: what was recorded in the server account, and accounts/<name>.json, what the store knows
/// of each account that existed then (where no directory of that name was recorded). For the owner's eyes only.
/// Every function answers for @server, a directory below it or accounts/. Safe for concurrent use.
class ServerTree {
 public:
  static constexpr std::string_view kName = "@server";

  ServerTree(Past& past, RecordedTree& recorded, Owner owner) : past_(past), recorded_(recorded), owner_(owner) {}

  [[nodiscard]] static bool is_here(const NodeParts& parts) {
    return (parts.kind == NodeKind::kPlain || parts.kind == NodeKind::kFolder) && parts.account == kServerAccount;
  }

  /// @server itself, in a time directory.
  Node root(const Scope& time);
  std::optional<Node> self(const Scope& scope);
  LookupResult lookup(const Scope& scope, std::string_view name);
  void list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  std::optional<NodeId> parent(const Scope& scope);

  std::optional<Node> card(AccountNumber account, Lifetime entry);
  std::optional<std::string> card_text(AccountNumber account);

 private:
  [[nodiscard]] static bool is_accounts(const Scope& scope) { return scope.parts.kind == NodeKind::kFolder; }
  bool has_accounts(const Scope& scope);
  Node accounts_node(const Scope& scope);
  Attributes owned(Attributes attributes) const;

  Past& past_;
  RecordedTree& recorded_;
  const Owner owner_;
};

}  // namespace yestermail
