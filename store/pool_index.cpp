// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pool_index.h"

#include <algorithm>

namespace yestermail {
namespace {

bool concerns_pool(const Operation& operation) {
  if (const auto* pack = std::get_if<PackOperation>(&operation)) return pack->pack_class == PackClass::kPool;
  const auto* blob = std::get_if<BlobOperation>(&operation);
  return blob != nullptr && blob->pack_class == PackClass::kPool;
}

}  // namespace

PoolIndex PoolIndex::open_writer(const std::string& path) {
  auto database = sqlite::Database::open_writer(path);
  database.execute(BlobTable::schema());
  return PoolIndex(std::move(database));
}

PoolIndex PoolIndex::open_reader(const std::string& path) { return PoolIndex(sqlite::Database::open_reader(path)); }

void PoolIndex::apply(const std::vector<CatalogWriter::Source>& sources, const PackLoader& load_pack) {
  const bool any = std::any_of(sources.begin(), sources.end(), [](const auto& source) {
    const auto& operations = source.transaction->operations;
    return std::any_of(operations.begin(), operations.end(), concerns_pool);
  });
  if (!any) return;
  sqlite::Transaction transaction(database_);
  for (const auto& source : sources) {
    for (const auto& operation : source.transaction->operations) {
      if (!concerns_pool(operation)) continue;
      if (const auto* pack = std::get_if<PackOperation>(&operation)) {
        if (parts_.has_pack(pack->name)) continue;
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

void PoolIndex::add_pack(const Digest& name, const LoadedPack& pack) {
  sqlite::Transaction transaction(database_);
  parts_.add_pack(name, pack.bytes, pack.contents);
  transaction.commit();
}

}  // namespace yestermail
