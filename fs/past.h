// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "fs/folder_tree.h"
#include "fs/id_list.h"
#include "fs/lru_cache.h"
#include "fs/moment.h"
#include "fs/named_instant.h"
#include "store/view.h"

namespace yestermail {

/// An account as the tree shows it.
struct NamedAccount {
  std::string name;  ///< a valid file name, unique at its instant
  Account account;
};

/// A View with a little memory for what a walk asks again and again: bounded in bytes, never stale beyond its Moment.
/// Safe for concurrent use.
class Past {
 public:
  /// `named` may be empty.
  Past(View& view, const Clock& clock, NamedInstants named = {});

  [[nodiscard]] View& view() const { return view_; }
  [[nodiscard]] Instant now() const { return clock_.now(); }

  /// How to look at `at` (kForever: now) at this moment.
  [[nodiscard]] Moment moment(Instant at) const;
  /// True where `at` is later than now: nothing can be said about it.
  [[nodiscard]] bool is_future(Instant at) const { return at > clock_.now(); }
  /// True where nothing had been recorded yet.
  bool is_before_history(Instant at);
  /// The hours in which anything changed, ascending.
  std::shared_ptr<const std::vector<Instant>> hours();
  /// The instants of the listed time directories, ascending.
  std::vector<Instant> series();

  /// The instants with names, by number, ascending.
  std::shared_ptr<const std::vector<NamedInstant>> named();

  /// What a name means as an instant.
  struct Meaning {
    Instant at;
    bool moves = false;  ///< it may mean something else later
    bool named = false;  ///< it is that of a NamedInstant
  };
  std::optional<Meaning> meaning(std::string_view name);

  /// By number, ascending.
  std::shared_ptr<const std::vector<NamedAccount>> accounts(const Moment& moment);
  /// One that existed then.
  std::optional<Account> account(AccountNumber number, const Moment& moment);
  std::optional<NamedAccount> account_named(std::string_view name, const Moment& moment);
  std::shared_ptr<const FolderTree> folders(const Account& account, const Moment& moment);
  /// Ids of the entries of a directory, ascending.
  std::shared_ptr<const IdList> entries(AccountNumber account, ItemId directory, const Moment& moment);

 private:
  using AccountMoment = std::pair<AccountNumber, Moment>;
  using DirectoryMoment = std::tuple<AccountNumber, ItemId, Moment>;

  View& view_;
  const Clock& clock_;
  const NamedInstants find_named_;
  LruCache<Instant, const std::vector<NamedInstant>> named_;
  LruCache<std::int64_t, const std::vector<Instant>> hours_;
  LruCache<Moment, const std::vector<NamedAccount>> accounts_;
  LruCache<AccountMoment, const FolderTree> folders_;
  LruCache<DirectoryMoment, const IdList> entries_;
  std::mutex listing_;  // One large listing at a time: each takes eight bytes an entry while it is read.
};

}  // namespace yestermail
