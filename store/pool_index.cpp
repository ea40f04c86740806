// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pool_index.h"

#include <algorithm>

namespace yestermail {
namespace {

/// The pool that an operation concerns; nullptr: none.
const Uuid* pool_of(const Operation& operation) {
  if (const auto* pack = std::get_if<PackOperation>(&operation)) {
    return pack->pack_class == PackClass::kPool ? &pack->pool : nullptr;
  }
  const auto* blob = std::get_if<BlobOperation>(&operation);
  return blob != nullptr && blob->pack_class == PackClass::kPool ? &blob->pool : nullptr;
}

}  // namespace

PoolIndex PoolIndex::open_writer(const std::string& path) {
  auto database = sqlite::Database::open_writer(path);
  database.execute(BlobTable::schema());
  return PoolIndex(std::move(database));
}

PoolIndex PoolIndex::open_reader(const std::string& path) { return PoolIndex(sqlite::Database::open_reader(path)); }

std::vector<Uuid> pools_of(Filesystem& disk, const Layout& layout) {
  std::vector<Uuid> all{Uuid{}};
  for (const auto& name : disk.list(layout.pool({}))) {
    if (const auto pool = Uuid::from_hex(name)) all.push_back(*pool);
  }
  return all;
}

std::set<Uuid> PoolIndex::concerned(const std::vector<CatalogWriter::Source>& sources) {
  std::set<Uuid> pools;
  for (const auto& source : sources) {
    for (const auto& operation : source.transaction->operations) {
      if (const auto* pool = pool_of(operation)) pools.insert(*pool);
    }
  }
  return pools;
}

void PoolIndex::apply(const Uuid& pool, const std::vector<CatalogWriter::Source>& sources,
                      const PackLoader& load_pack) {
  sqlite::Transaction transaction(database_);
  for (const auto& source : sources) {
    for (const auto& operation : source.transaction->operations) {
      const auto* concerned = pool_of(operation);
      if (concerned == nullptr || *concerned != pool) continue;
      if (const auto* pack = std::get_if<PackOperation>(&operation)) {
        if (!forgot_ && parts_.has_pack(pack->name)) continue;
        if (const auto loaded = load_pack(*pack)) parts_.add_pack(pack->name, loaded->bytes, loaded->contents);
      } else if (source.segment_start != nullptr) {
        const auto& blob = std::get<BlobOperation>(operation);
        parts_.add_journaled(blob, source.segment,
                             static_cast<std::uint64_t>(blob.encoded.data() - source.segment_start));
      }
    }
  }
  transaction.commit();
}

void PoolIndex::forget_all(const std::unordered_set<Digest>& parts) {
  sqlite::Transaction transaction(database_);
  for (const auto& part : parts) parts_.forget(part);
  transaction.commit();
}

void PoolIndex::add_pack(const Digest& name, const LoadedPack& pack) {
  sqlite::Transaction transaction(database_);
  parts_.add_pack(name, pack.bytes, pack.contents);
  transaction.commit();
}

}  // namespace yestermail
