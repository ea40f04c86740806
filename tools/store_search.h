// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "search/search_index.h"
#include "store/view.h"
#include "tools/environment.h"
#include "tools/folders.h"

namespace yestermail {

/// Where temporary files go: TMPDIR, else /tmp.
std::string temporary_directory(const Environment& env);

/// Searches a store by its own indexes; where these cannot be written, says so once and makes others in a directory for
/// temporary files, which go with the object. Safe for concurrent use.
class StoreSearch {
 public:
  /// `temporary`: where a directory may be made that can be written.
  StoreSearch(SearchWorld world, const std::string& store, std::string temporary);
  StoreSearch(const StoreSearch&) = delete;
  StoreSearch& operator=(const StoreSearch&) = delete;
  ~StoreSearch();

  /// As SearchIndex::find(). Brings the index of the account up to date, which the first time takes as long as reading
  /// its messages.
  SearchIndex::Result find(const Account& account, const Query& query, std::optional<Instant> at, std::size_t limit,
                           const SearchIndex::Progress& progress);

 private:
  SearchIndex& temporary_index(const Error& why);

  const SearchWorld world_;
  const std::string temporary_;
  SearchIndex index_;
  std::mutex mutex_;  // Guards all below.
  std::string temporary_directory_;
  std::unique_ptr<SearchIndex> temporary_index_;
};

}  // namespace yestermail
