// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "fs/gathering.h"
#include "fs/lineage.h"
#include "fs/lru_cache.h"
#include "fs/scope.h"
#include "store/view.h"

namespace yestermail {

/// Gathers what the views over time show, and keeps what was used last, bounded in bytes: under the newest changes of
/// the accounts that it was gathered from, so that nothing is gathered again that looks the same. Safe for concurrent
/// use.
class Gatherer {
 public:
  explicit Gatherer(View& view);

  [[nodiscard]] View& view() const { return view_; }
  Lineages& lineages() { return lineages_; }

  /// Of the account of a scope in one of the containers that is_gathered(); nullptr: there is no such account in it.
  std::shared_ptr<const Gathering> of(const Scope& scope);
  /// The days on which something was deleted in a life of an account, ascending.
  std::shared_ptr<const std::vector<Instant>> days(const Lineage& lineage, const Account& life, Instant now);
  /// Below history/: the last versions of what a folder of the gathering had.
  std::shared_ptr<const IdList> past_messages(const Scope& scope, const Gathering& all, ItemId folder);

 private:
  /// From what: container, life and its newest change, other life and its, day, and the end of the life.
  using Key = std::tuple<Container, AccountNumber, Instant, AccountNumber, Instant, Instant, Instant>;
  using FolderKey = std::tuple<AccountNumber, ItemId, Instant>;
  using Pointer = std::shared_ptr<const Gathering>;

  Key key(Container container, const Account& shown, Instant at, const Account* other, Instant other_at);
  template <class Gather>
  Pointer kept(const Key& key, const Gather& gather);
  Pointer of_day(const Scope& scope, const Lineage& lineage, const Account& life);
  Pointer of_range(const Scope& scope, const Lineage& lineage, const Account& life);
  Pointer of_history(const Scope& scope, const Account& life);

  View& view_;
  Lineages lineages_;
  LruCache<Key, const Gathering> gatherings_;
  LruCache<Key, const std::vector<Instant>> days_;
  LruCache<FolderKey, const IdList> messages_;
};

}  // namespace yestermail
