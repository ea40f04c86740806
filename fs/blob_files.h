// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/log.h"
#include "fs/lru_cache.h"
#include "fs/scope.h"
#include "store/view.h"

namespace yestermail {

/// The bytes and attributes of files by account and body: a file is the same at all instants. Keeps readers that were
/// used last, bounded in bytes. Safe for concurrent use.
class BlobFiles {
 public:
  BlobFiles(View& view, Log& log);

  /// nullopt: there is no such body (any more).
  std::optional<Attributes> attributes(AccountNumber account, VersionId body, Style style);

  /// Fills `into` from `offset` as far as the file goes. Error{kDamage}: the bytes are not what was recorded; the log
  /// then names account, folder and item, once in a while for the same file. Error{kNotFound}: no such body.
  std::size_t read(AccountNumber account, VersionId body, std::uint64_t offset, std::span<std::byte> into);

 private:
  struct OpenBlob {
    std::unique_ptr<BlobReader> reader;  ///< none for an empty file
    std::uint64_t size = 0;
  };
  using Key = std::pair<AccountNumber, VersionId>;

  LruCache<Key, OpenBlob>::Loaded open(const Key& key);
  void report(const Key& key, const std::string& why);
  std::string describe(const Key& key);

  View& view_;
  Log& log_;
  LruCache<Key, OpenBlob> readers_;
  std::mutex mutex_;
  std::map<Key, std::uint64_t> reported_;  // Guarded by mutex_: how often each damaged file was asked for.
};

}  // namespace yestermail
