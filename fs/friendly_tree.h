// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "fs/past.h"
#include "fs/scope.h"

namespace yestermail {

/// Accounts as people see them: folders as nested directories with decoded names, the messages of cur/ and new/
/// together under readable names, sieve scripts in @home; what only a mail server needs is not shown. Every function
/// answers for the account or folder of a scope. Safe for concurrent use.
class FriendlyTree {
 public:
  explicit FriendlyTree(Past& past) : past_(past) {}

  /// nullopt: not there at that time.
  std::optional<Node> self(const Scope& scope);
  LookupResult lookup(const Scope& scope, std::string_view name);
  /// Entries behind `cursor`, without . and ..: folders first, then messages in the order of their versions.
  void list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  std::optional<NodeId> parent(const Scope& scope);

  /// The account directory of a time directory.
  Node account_node(const Scope& time, AccountNumber number);

 private:
  struct Place {
    std::shared_ptr<const FolderTree> tree;
    std::size_t index = 0;
    [[nodiscard]] const Folder& folder() const { return tree->at(index); }
  };

  std::optional<Place> place(const Scope& scope);
  Node folder_node(const Scope& scope, const Folder& folder);
  std::optional<Node> home_node(const Scope& scope);
  std::optional<Node> message(const Scope& scope, ItemId folder, std::string_view name);
  bool list_folders(const Scope& scope, const Place& place, std::uint64_t cursor, const EntrySink& sink);
  void list_messages(const Scope& scope, ItemId folder, std::uint64_t cursor, const EntrySink& sink);

  Past& past_;
};

}  // namespace yestermail
