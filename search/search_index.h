// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "base/log.h"
#include "search/index_file.h"
#include "search/query.h"
#include "search/searcher.h"
#include "store/view.h"

namespace yestermail {

/// What searching needs from the world. All of it outlives the index.
struct SearchWorld {
  Filesystem& disk;
  View& view;
  Log& log;
  unsigned threads = 1;  ///< that read messages
};

/// The search indexes of a store's accounts: a file each, derived, disposable, readable for its owner alone. What is in
/// one is words and digests; what is shown, and when it was there, always comes from the view, so that an index may lag
/// behind and cannot say what is not so any more. Works beside a writer of the store: it has a lock of its own. Safe
/// for concurrent use, by several processes too.
class SearchIndex {
 public:
  /// `directory`: directory_of() the store, or another that is private.
  SearchIndex(SearchWorld world, std::string directory) : world_(world), directory_(std::move(directory)) {}

  [[nodiscard]] static std::string directory_of(const std::string& store) { return store + "/search"; }

  /// Says, now and then, how many messages of an account were read so far.
  using Progress = std::function<void(std::uint64_t messages)>;

  /// Reads what is new of an account, if anything is; makes an index that is damaged, or is of another past, anew.
  /// Errors: those of throw_errno() where nothing can be written there, and those of View.
  void update(const Account& account, const Progress& progress);

  /// Messages of an account that fit the query, as of `at` or over all time, newest first; at most `limit`, and
  /// whether there are more. Brings the index up to date first, and makes it anew where it is damaged.
  struct Result {
    std::vector<FoundMessage> messages;
    bool more = false;
  };
  Result find(const Account& account, const Query& query, std::optional<Instant> at, std::size_t limit,
              const FolderOf& folder_of, const Progress& progress);

 private:
  [[nodiscard]] std::string path_of(const Uuid& account) const { return directory_ + "/" + account.hex() + ".db"; }
  bool is_current(const Account& account);
  bool knows_this_past(const Account& account, const View::Beginning& seen);
  void take_in_news(const Account& account, const Progress& progress);
  void discard(const Account& account, const std::string& why);
  Result look_up(const Account& account, const Query& query, std::optional<Instant> at, std::size_t limit,
                 const FolderOf& folder_of);

  const SearchWorld world_;
  const std::string directory_;
};

}  // namespace yestermail
