// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/filesystem.h"
#include "store/blob_table.h"
#include "store/catalog_writer.h"
#include "store/layout.h"
#include "store/sqlite.h"

namespace yestermail {

/// All pools that there are on the disk; that of the whole store comes first.
std::vector<Uuid> pools_of(Filesystem& disk, const Layout& layout);

/// The index of the pool: part -> place. Derived from the pool's packs and the journal. One thread at a time.
class PoolIndex {
 public:
  /// The one connection that writes it; makes it if it is not there.
  static PoolIndex open_writer(const std::string& path);
  static PoolIndex open_reader(const std::string& path);

  std::optional<BlobPlace> find(const Digest& part) { return parts_.find(part); }

  /// Takes in what transactions say of the pool. Doing so again does nothing.
  void apply(const Uuid& pool, const std::vector<CatalogWriter::Source>& sources, const PackLoader& load_pack);
  /// The pools that transactions concern.
  static std::set<Uuid> concerned(const std::vector<CatalogWriter::Source>& sources);
  [[nodiscard]] bool has_moved() const { return database_.has_moved(); }
  [[nodiscard]] bool has_pack(const Digest& name) { return parts_.has_pack(name); }
  void add_pack(const Digest& name, const LoadedPack& pack);
  /// The part is to be stored anew.
  void forget(const Digest& part) {
    parts_.forget(part);
    forgot_ = true;
  }
  void forget_all(const std::unordered_set<Digest>& parts);
  BlobTable& parts() { return parts_; }
  BlobTable::Sums sums() { return parts_.sums(); }
  void checkpoint() { database_.checkpoint(); }

 private:
  explicit PoolIndex(sqlite::Database database) : database_(std::move(database)), parts_(database_) {}

  sqlite::Database database_;
  BlobTable parts_;
  bool forgot_ = false;  ///< a pack that is stored anew may have the name that is known: the same bytes
};

}  // namespace yestermail
