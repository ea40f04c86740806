// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/blob_table.h"
#include "store/check_owner.h"
#include "store/entry_row.h"
#include "store/sqlite.h"

namespace yestermail {

/// A catalog or the index of a pool as a check reads it: in one transaction for as long as it lives, which writes
/// nothing. One thread. Error{kDamage} where it has to be made anew.
class CheckTable {
 public:
  explicit CheckTable(const std::string& path);

  /// What is wrong with the file as such, its pages, tables and indexes; empty: nothing.
  std::string integrity();
  /// Error{kDamage}: of another version, or another account's.
  void require_catalog_of(const Uuid& account);
  [[nodiscard]] std::uint64_t meta(int key);

  /// A row of `entry` with the columns that are searched for.
  struct Entry {
    EntryRow row;
    std::uint64_t parent = 0;
    std::int64_t name = 0;
    std::uint64_t item = 0;
    std::int64_t size = 0;
    bool has_digest = false;
    std::int64_t digest = 0;
  };
  /// By id.
  void visit_entries(const std::function<void(const Entry&)>& visit);

  std::optional<BlobPlace> find(const Digest& digest) { return blobs_.find(digest); }
  [[nodiscard]] bool has_pack(const Digest& name) { return blobs_.has_pack(name); }
  /// All packs that it knows, and what it says stands in each.
  std::map<Digest, DigestSum> packs();
  /// What it says stands in one pack.
  PackContents contents(const Digest& pack);

 private:
  sqlite::Database database_;
  BlobTable blobs_;
};

}  // namespace yestermail
