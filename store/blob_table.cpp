// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/blob_table.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::int64_t kInJournal = 0;  // Pack ids begin at 1.

}  // namespace

const char* BlobTable::schema() {
  return "CREATE TABLE IF NOT EXISTS pack(id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL) "
         "STRICT;"
         "CREATE TABLE IF NOT EXISTS blob(digest BLOB PRIMARY KEY, form INTEGER NOT NULL, size INTEGER NOT NULL,"
         " pack INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL, inner INTEGER NOT NULL,"
         " length INTEGER NOT NULL, codec INTEGER NOT NULL, raw INTEGER NOT NULL) STRICT, WITHOUT ROWID;";
}

BlobTable::BlobTable(sqlite::Database& database)
    : find_(database.prepare("SELECT form, size, b.pack, segment, offset, inner, length, codec, raw, p.name FROM blob b"
                             " LEFT JOIN pack p ON p.id = b.pack WHERE digest = ?1")),
      pack_id_(database.prepare("SELECT id FROM pack WHERE name = ?1")),
      put_(database.prepare("INSERT OR REPLACE INTO blob VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)")),
      put_new_(database.prepare("INSERT OR IGNORE INTO blob VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)")),
      add_pack_(database.prepare("INSERT OR IGNORE INTO pack(name, bytes) VALUES(?1, ?2)")),
      forget_(database.prepare("DELETE FROM blob WHERE digest = ?1")),
      packs_below_(database.prepare("SELECT name, bytes FROM pack WHERE bytes < ?1 ORDER BY id")),
      drop_pack_(database.prepare("DELETE FROM pack WHERE name = ?1")),
      sums_(database.prepare("SELECT count(*), coalesce(sum(size), 0), coalesce(sum(pack = 0), 0),"
                             " coalesce(sum(CASE WHEN pack = 0 THEN raw ELSE length END), 0) FROM blob")),
      pack_sums_(database.prepare("SELECT coalesce(sum(bytes), 0) FROM pack")) {}

std::optional<BlobPlace> BlobTable::find(const Digest& digest) {
  sqlite::Use use(find_);
  if (!use->bind(1, digest.bytes()).step()) return std::nullopt;
  BlobPlace place;
  place.form = static_cast<BlobForm>(use->integer(0));
  place.size = use->natural(1);
  place.segment = use->natural(3);
  place.offset = use->natural(4);
  place.inner = use->natural(5);
  place.length = use->natural(6);
  place.codec = static_cast<Codec>(use->integer(7));
  place.raw_length = use->natural(8);
  if (use->integer(2) != kInJournal) {
    place.pack = Digest::from_bytes(use->blob(9));
    if (!place.pack) throw Error(Errc::kDamage, "blob " + digest.hex() + ": its pack is not in the catalog");
  }
  return place;
}

std::optional<std::int64_t> BlobTable::pack_id(const Digest& name) {
  sqlite::Use use(pack_id_);
  if (!use->bind(1, name.bytes()).step()) return std::nullopt;
  return use->integer(0);
}

void BlobTable::add_journaled(const BlobOperation& blob, std::uint64_t segment, std::uint64_t offset) {
  put_new_.bind(1, blob.digest.bytes())
      .bind(2, static_cast<int>(blob.form))
      .bind(3, blob.size)
      .bind(4, kInJournal)
      .bind(5, segment)
      .bind(6, offset)
      .bind(7, 0)
      .bind(8, std::uint64_t{blob.encoded.size()})
      .bind(9, static_cast<int>(blob.codec))
      .bind(10, blob.raw_length)
      .run();
}

void BlobTable::add_pack(const Digest& name, std::uint64_t bytes, const PackContents& contents) {
  add_pack_.bind(1, name.bytes()).bind(2, bytes).run();
  const auto id = pack_id(name);
  if (!id) throw Error(Errc::kDamage, "the catalog lost a pack that was just added");
  // In the order of the table: its pages come out full, and each is touched once.
  std::vector<std::uint32_t> order(contents.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return contents[a].digest < contents[b].digest; });
  for (const auto at : order) {
    const auto& entry = contents[at];
    put_.bind(1, entry.digest.bytes())
        .bind(2, static_cast<int>(entry.form))
        .bind(3, entry.size)
        .bind(4, *id)
        .bind(5, 0)
        .bind(6, entry.frame)
        .bind(7, entry.offset)
        .bind(8, entry.length)
        .bind(9, 0)
        .bind(10, 0)
        .run();
  }
}

void BlobTable::forget(const Digest& digest) { forget_.bind(1, digest.bytes()).run(); }

std::vector<BlobTable::Pack> BlobTable::packs_below(std::uint64_t bytes) {
  std::vector<Pack> packs;
  sqlite::Use use(packs_below_);
  use->bind(1, bytes);
  while (use->step()) {
    const auto name = Digest::from_bytes(use->blob(0));
    if (!name) throw Error(Errc::kDamage, "the name of a pack in the catalog is none");
    packs.push_back({*name, use->natural(1)});
  }
  return packs;
}

void BlobTable::drop_pack(const Digest& name) { drop_pack_.bind(1, name.bytes()).run(); }

BlobTable::Sums BlobTable::sums() {
  Sums sums;
  sqlite::Use blobs(sums_);
  if (blobs->step()) sums = {blobs->natural(0), blobs->natural(1), blobs->natural(2), 0, blobs->natural(3)};
  sqlite::Use packs(pack_sums_);
  if (packs->step()) sums.pack_bytes = packs->natural(0);
  return sums;
}

}  // namespace yestermail
