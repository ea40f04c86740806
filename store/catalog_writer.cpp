// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/catalog_writer.h"

#include <algorithm>

#include "base/error.h"
#include "store/entry_row.h"
#include "store/fork_index.h"

namespace yestermail {
namespace {

constexpr std::int64_t kHourMicros = 3600 * kMicrosPerSecond;

}  // namespace

sqlite::Database CatalogWriter::open(const std::string& path, const Uuid& account) {
  auto database = sqlite::Database::open_writer(path);
  sqlite::Transaction transaction(database);
  database.execute(kCatalogSchema);
  database.execute(BlobTable::schema());
  auto get = database.prepare("SELECT value FROM meta WHERE key = ?1");
  const std::pair<MetaKey, std::int64_t> marks[] = {{MetaKey::kSchema, kCatalogSchemaVersion},
                                                    {MetaKey::kAccount, account_key(account)}};
  const bool is_new = !get.bind(1, static_cast<int>(MetaKey::kSchema)).step();
  get.reset();
  for (const auto& [key, value] : marks) {
    if (is_new) {
      auto set = database.prepare("INSERT INTO meta VALUES(?1, ?2)");
      set.bind(1, static_cast<int>(key)).bind(2, value).run();
    } else {
      const bool ours = get.bind(1, static_cast<int>(key)).step() && get.integer(0) == value;
      get.reset();
      if (!ours) throw Error(Errc::kDamage, path + ": of another version or another account");
    }
  }
  transaction.commit();
  return database;
}

CatalogWriter::CatalogWriter(const std::string& path, const Uuid& account)
    : database_(open(path, account)),
      set_meta_(database_.prepare("INSERT OR REPLACE INTO meta VALUES(?1, ?2)")),
      lasting_item_(database_.prepare(select_rows("item = ?1 ORDER BY since DESC LIMIT 1"))),
      lasting_name_(database_.prepare(select_rows("parent = ?1 AND name = ?2 ORDER BY since DESC"))),
      insert_(database_.prepare("INSERT INTO entry VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")),
      end_(database_.prepare("UPDATE entry SET until = ?2, lvl = ?3, mid = ?4, sum = ?5 WHERE id = ?1")),
      erase_(database_.prepare("DELETE FROM entry WHERE id = ?1")),
      active_(database_.prepare("INSERT INTO activity VALUES(?1, ?2) ON CONFLICT DO UPDATE SET last = max(last, ?2)")),
      get_active_(database_.prepare("SELECT last FROM activity")),
      set_mark_(database_.prepare("INSERT OR REPLACE INTO mark VALUES(?1,?2,?3,?4)")),
      get_marks_(database_.prepare("SELECT item, mtime, ctime, inode FROM mark")),
      with_content_(database_.prepare(select_rows("digest = ?1"))),
      add_gap_(database_.prepare("INSERT OR REPLACE INTO gap VALUES(?1,?2,?3,?4,?5)")),
      blobs_(database_) {
  load_meta();
}

void CatalogWriter::load_meta() {
  auto all = database_.prepare("SELECT key, value FROM meta");
  while (all.step()) {
    const auto key = all.natural(0);
    if (key < meta_.size()) meta_[key] = all.natural(1);
  }
}

void CatalogWriter::save_meta() {
  for (std::size_t key = 1; key < meta_.size(); ++key) set_meta_.bind(1, std::uint64_t{key}).bind(2, meta_[key]).run();
}

void CatalogWriter::raise_meta(MetaKey key, std::uint64_t at_least) { meta(key) = std::max(meta(key), at_least); }

void CatalogWriter::apply(const std::vector<Source>& sources, const PackLoader& load_pack) {
  sqlite::Transaction transaction(database_);
  for (const auto& source : sources) {
    if (source.transaction->lsn > applied()) apply_one(source, load_pack);
  }
  save_meta();
  transaction.commit();
}

void CatalogWriter::apply_one(const Source& source, const PackLoader& load_pack) {
  const auto at = source.transaction->at;
  bool history = false;
  for (const auto& operation : source.transaction->operations) {
    if (const auto* put_operation = std::get_if<PutOperation>(&operation)) {
      put(*put_operation, at);
      history = true;
    } else if (const auto* remove_operation = std::get_if<RemoveOperation>(&operation)) {
      remove(remove_operation->item, at);
      history = true;
    } else if (const auto* pack = std::get_if<PackOperation>(&operation)) {
      if (pack->pack_class != PackClass::kAccount || blobs_.has_pack(pack->name)) continue;
      if (const auto loaded = load_pack(*pack)) blobs_.add_pack(pack->name, loaded->bytes, loaded->contents);
    } else if (const auto* gap = std::get_if<GapOperation>(&operation)) {
      add_gap(gap->gap, source.transaction->lsn);
      history = true;
    } else if (const auto* purge_operation = std::get_if<PurgeOperation>(&operation)) {
      purge(*purge_operation, at);
    } else {
      const auto& blob = std::get<BlobOperation>(operation);
      const auto offset = static_cast<std::uint64_t>(blob.encoded.data() - source.segment_start);
      if (blob.pack_class == PackClass::kAccount) blobs_.add_journaled(blob, source.segment, offset);
    }
  }
  if (history) mark_active(at);
  meta(MetaKey::kAppliedLsn) = source.transaction->lsn.value;
}

void CatalogWriter::mark_active(Instant at) {
  active_.bind(1, at.value / kHourMicros * kHourMicros).bind(2, at.value).run();
  raise_meta(MetaKey::kLastInstant, static_cast<std::uint64_t>(at.value));
}

void CatalogWriter::note_activity(const std::vector<Instant>& instants) {
  sqlite::Transaction transaction(database_);
  for (const auto at : instants) mark_active(at);
  save_meta();
  transaction.commit();
}

void CatalogWriter::set_closed_at(Lsn newest) {
  if (closed_at() == newest) return;  // Nothing was recorded: nothing to write, nothing to sync.
  sqlite::Transaction transaction(database_);
  meta(MetaKey::kClosedAt) = newest.value;
  save_meta();
  transaction.commit();
}

std::vector<Instant> CatalogWriter::activity() {
  std::vector<Instant> all;
  sqlite::Use use(get_active_);
  while (use->step()) all.push_back(Instant{use->integer(0)});
  return all;
}

void CatalogWriter::put(const PutOperation& operation, Instant at) {
  auto put = operation;
  if (auto row = lasting(put.item)) {
    const auto ended = row->id;
    // A version that is replaced within one transaction never was; who shared its body now has the body.
    if (end(std::move(*row), at) && put.body == ended) put.body = put.version;
  }
  if (auto taken = lasting_named(put.state.parent, put.state.name); taken && put.state.parent != kNoItem) {
    end(std::move(*taken), at);
  }
  EntryRow row;
  row.id = put.version;
  row.since = at;
  encode_put_body(put, row.put);
  if (put.state.digest) {
    insert_.bind(12, digest_start(*put.state.digest));
  } else {
    insert_.bind_null(12);
  }
  insert_.bind(1, put.version.value)
      .bind(2, put.state.parent.value)
      .bind(3, name_hash(put.state.name))
      .bind(4, put.item.value)
      .bind(5, put.state.kind == EntryKind::kDirectory ? -1 : static_cast<std::int64_t>(put.state.size))
      .bind(6, row.put)
      .bind(7, at.value)
      .bind(8, row.until.value)
      .bind(9, row.level)
      .bind(10, row.middle)
      .bind(11, row_sum(row))
      .run();
  raise_meta(MetaKey::kNextItem, put.item.value + 1);
  raise_meta(MetaKey::kNextVersion, put.version.value + 1);
}

void CatalogWriter::add_gap(const Gap& gap, Lsn lsn) {
  add_gap_.bind(1, lsn.value)
      .bind(2, gap.from.value)
      .bind(3, gap.until.value)
      .bind(4, static_cast<int>(gap.reason))
      .bind(5, as_bytes(gap.text))
      .run();
}

void CatalogWriter::purge(const PurgeOperation& operation, Instant at) {
  for (const auto version : operation.versions) erase_.bind(1, version.value).run();
  raise_meta(MetaKey::kNextItem, operation.next_item.value);
  raise_meta(MetaKey::kNextVersion, operation.next_version.value);
  raise_meta(MetaKey::kLastInstant, static_cast<std::uint64_t>(at.value));
}

bool CatalogWriter::refers_to(const Digest& content) {
  sqlite::Use use(with_content_);
  use->bind(1, digest_start(content));
  while (use->step()) {
    if (read_version(*use.operator->()).state.digest == content) return true;
  }
  return false;
}

void CatalogWriter::forget_blobs(const std::unordered_set<Digest>& contents) {
  sqlite::Transaction transaction(database_);
  for (const auto& content : contents) blobs_.forget(content);
  transaction.commit();
}

std::vector<std::pair<ItemId, DirectoryMark>> CatalogWriter::lasting_marks() {
  std::vector<std::pair<ItemId, DirectoryMark>> all;
  {
    sqlite::Use use(get_marks_);
    while (use->step()) {
      all.push_back({ItemId{use->natural(0)}, {use->integer(1), use->integer(2), use->natural(3)}});
    }
  }
  std::erase_if(all, [this](const auto& mark) { return !lasting(mark.first).has_value(); });
  return all;
}

void CatalogWriter::remove(ItemId item, Instant at) {
  if (auto row = lasting(item)) end(std::move(*row), at);
}

std::optional<EntryRow> CatalogWriter::lasting(ItemId item) {
  sqlite::Use use(lasting_item_);
  if (!use->bind(1, item.value).step()) return std::nullopt;
  auto row = read_row(*use.operator->());
  if (row.level != kLastingLevel) return std::nullopt;
  return row;
}

std::optional<EntryRow> CatalogWriter::lasting_named(ItemId parent, std::string_view name) {
  sqlite::Use use(lasting_name_);
  use->bind(1, parent.value).bind(2, name_hash(name));
  while (use->step()) {
    auto row = read_row(*use.operator->());
    if (version_of(row).state.name != name) continue;  // Another name with the same hash.
    // Versions of one name do not overlap: if the newest has ended, none lasts.
    if (row.level != kLastingLevel) return std::nullopt;
    return row;
  }
  return std::nullopt;
}

bool CatalogWriter::end(EntryRow row, Instant at) {
  if (row.since >= at) {
    erase_.bind(1, row.id.value).run();
    return true;
  }
  row.until = at;
  const auto node = fork_of(row.since, row.until);
  row.level = node.level;
  row.middle = node.middle;
  end_.bind(1, row.id.value).bind(2, at.value).bind(3, row.level).bind(4, row.middle).bind(5, row_sum(row)).run();
  return false;
}

void CatalogWriter::add_pack(const Digest& name, const LoadedPack& pack) {
  sqlite::Transaction transaction(database_);
  blobs_.add_pack(name, pack.bytes, pack.contents);
  transaction.commit();
}

void CatalogWriter::set_marks(const std::vector<std::pair<ItemId, DirectoryMark>>& marks) {
  sqlite::Transaction transaction(database_);
  for (const auto& [item, mark] : marks) {
    set_mark_.bind(1, item.value).bind(2, mark.mtime_ns).bind(3, mark.ctime_ns).bind(4, mark.inode).run();
  }
  transaction.commit();
}

}  // namespace yestermail
