// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "fs/finder.h"
#include "fs/lineage.h"
#include "fs/lru_cache.h"
#include "fs/past.h"
#include "fs/scope.h"
#include "fs/view_table.h"

namespace yestermail {

/// What fits a query, of all times:
///
///     search/<query>/<account>/<message>
///
/// No query is listed; any that can be understood is there. All accounts stand below it, named as in history/, whether
/// anything was found in them or not: who may not read an account cannot tell. Nothing is searched before an account is
/// looked into. Every function answers for scopes of Container::kSearch. Safe for concurrent use.
class SearchTree {
 public:
  /// `finder` may be nullptr: then nothing is there.
  SearchTree(Past& past, ViewTable& views, Finder* finder);

  [[nodiscard]] bool exists() const { return finder_ != nullptr; }
  LookupResult lookup_query(std::string_view query);
  std::optional<Node> self(const Scope& scope);
  LookupResult lookup(const Scope& scope, std::string_view name);
  /// Entries behind `cursor`, without . and ..
  void list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  [[nodiscard]] static NodeId parent(const Scope& scope);

 private:
  using Key = std::tuple<std::string, AccountNumber, Instant, std::int64_t>;
  using Ids = std::vector<VersionId>;

  std::shared_ptr<const Ids> found(const Scope& scope);
  void list_accounts(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);
  void list_messages(const Scope& scope, std::uint64_t cursor, const EntrySink& sink);

  Past& past_;
  ViewTable& views_;
  Finder* const finder_;
  Lineages lineages_;
  LruCache<Key, const Ids> found_;
};

}  // namespace yestermail
