// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "fs/gatherer.h"
#include "fs/item_life.h"
#include "fs/scope.h"

namespace yestermail {

/// Folders that were gathered over time, with their messages: files under their readable names, or below history/ a
/// directory for each. Every function answers for the top (kAccount), a folder or an item's directory of a scope whose
/// container is_gathered(). Safe for concurrent use.
class GatheredTree {
 public:
  explicit GatheredTree(Gatherer& gatherer) : gatherer_(gatherer), view_(gatherer.view()), life_(gatherer.view()) {}

  /// nullopt: nothing of it is there (any more).
  std::optional<Node> self(const Scope& scope);
  LookupResult lookup(const Scope& scope, std::string_view name);
  /// Entries behind `cursor`, without . and ..: folders first, then messages in the order of their versions.
  void list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  /// Of all but the top.
  std::optional<NodeId> parent(const Scope& scope);

  /// The directory of the account of any scope over time. It is readable for the owner of `life`.
  Node account_node(const Scope& scope, AccountNumber life);
  /// The same in a listing of accounts, where no catalog is opened for it.
  Node account_entry(const Scope& scope, AccountNumber life);

 private:
  struct Place {
    std::shared_ptr<const Gathering> all;
    std::size_t index = 0;
    [[nodiscard]] const Folder& folder() const { return all->folders.at(index); }
  };

  std::optional<Place> place(const Scope& scope);
  Node folder_node(const Scope& scope, const Folder& folder);
  std::shared_ptr<const IdList> messages(const Scope& scope, const Place& place);
  Node message_node(const Scope& scope, const Version& message);
  std::optional<Node> message(const Scope& scope, const Place& place, std::string_view name);
  std::optional<Node> life(const Scope& scope, const Place& place, std::string_view name);
  /// The folder that a message was in last, as of the scope.
  std::optional<std::size_t> index_of(const Scope& scope, const Gathering& all, const Version& message);
  bool list_folders(const Scope& scope, const Place& place, std::uint64_t cursor, const EntrySink& sink);
  void list_messages(const Scope& scope, const Place& place, std::uint64_t cursor, const EntrySink& sink);

  Gatherer& gatherer_;
  View& view_;
  ItemLife life_;
};

}  // namespace yestermail
