// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/catalog_reader.h"

#include <algorithm>

#include "base/error.h"
#include "store/catalog_schema.h"
#include "store/entry_row.h"
#include "store/fork_index.h"

namespace yestermail {
namespace {

sqlite::Database open_checked(const std::string& path, const Uuid& account) {
  auto database = sqlite::Database::open_reader(path);
  database.read_ahead();
  auto get = database.prepare("SELECT value FROM meta WHERE key = ?1");
  const std::pair<MetaKey, std::int64_t> marks[] = {{MetaKey::kSchema, kCatalogSchemaVersion},
                                                    {MetaKey::kAccount, account_key(account)}};
  for (const auto& [key, value] : marks) {
    const bool ours = get.bind(1, static_cast<int>(key)).step() && get.integer(0) == value;
    get.reset();
    if (!ours) throw Error(Errc::kDamage, path + ": of another version or another account");
  }
  return database;
}

/// Several statements that see one state. It ends with the scope, so that the writer's log can be emptied.
class Snapshot {
 public:
  explicit Snapshot(sqlite::Database& database) : database_(database) { database_.execute("BEGIN"); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() {
    try {
      if (database_.in_transaction()) database_.execute("COMMIT");
    } catch (const Error&) {  // A read transaction that cannot end is dropped with its connection.
    }
  }

 private:
  sqlite::Database& database_;
};

/// The versions that items had last by ?2, where that was in the directory ?1.
constexpr const char* kLastIn =
    "SELECT id FROM entry AS last WHERE parent = ?1 AND since <= ?2 AND NOT EXISTS"
    " (SELECT 1 FROM entry AS later WHERE later.item = last.item AND later.since > last.since AND later.since <= ?2)";

/// With kForever itself what lasts would have ended: one before it, it has not.
Instant before_forever(Instant at) { return at == kForever ? Instant{kForever.value - 1} : at; }

/// How many of them, from the first on, ascend with no more than a few between two.
std::size_t near_one_another(std::span<const VersionId> ids) {
  constexpr std::uint64_t kNear = 8;
  std::size_t count = 1;
  while (count < ids.size() && ids[count] > ids[count - 1] && ids[count].value - ids[count - 1].value <= kNear) ++count;
  return count;
}

void require_in(const Version& version, ItemId directory, Instant at) {
  const bool lasts = at == kForever && version.until == kForever;
  const bool overlaps = version.since <= at && (at < version.until || lasts);
  if (version.state.parent != directory || !overlaps) {
    throw Error(Errc::kDamage, "version " + std::to_string(version.id.value) + ": an index of the catalog is damaged");
  }
}

}  // namespace

CatalogReader::CatalogReader(const std::string& path, const Uuid& account)
    : database_(open_checked(path, account)),
      lasting_(database_.prepare("SELECT id FROM entry WHERE parent = ?1 AND lvl = -1 AND mid = 0 AND since <= ?2")),
      low_arm_(database_.prepare("SELECT id FROM entry WHERE parent = ?1 AND lvl = ?2 AND mid = ?3 AND since <= ?4")),
      high_arm_(database_.prepare(
          "SELECT id FROM entry WHERE parent = ?1 AND lvl = ?2 AND mid = ?3 AND until > ?4 AND lvl >= 0")),
      next_level_(database_.prepare("SELECT min(lvl) FROM entry WHERE parent = ?1 AND lvl > ?2")),
      between_(database_.prepare(select_rows("id BETWEEN ?1 AND ?2 ORDER BY id"))),
      by_name_(database_.prepare(select_rows("parent = ?1 AND name = ?2 AND since <= ?3 ORDER BY since DESC"))),
      by_item_at_(database_.prepare(select_rows("item = ?1 AND since <= ?2 ORDER BY since DESC LIMIT 1"))),
      by_item_(database_.prepare(select_rows("item = ?1 ORDER BY since"))),
      began_(database_.prepare(select_rows("since >= ?1 AND since < ?2 ORDER BY since, id LIMIT ?3"))),
      ended_(database_.prepare(select_rows("until >= ?1 AND until < ?2 AND lvl >= 0 ORDER BY until, id LIMIT ?3"))),
      newest_began_(database_.prepare("SELECT max(since) FROM entry WHERE since <= ?1")),
      newest_ended_(database_.prepare("SELECT max(until) FROM entry WHERE until <= ?1 AND lvl >= 0")),
      gone_by_(database_.prepare("SELECT id FROM entry WHERE until > ?1 AND until <= ?2 AND since <= ?1 AND lvl >= 0")),
      come_since_(database_.prepare("SELECT id FROM entry WHERE since > ?1 AND since <= ?2 AND until > ?2")),
      deleted_(database_.prepare(
          "SELECT until, id FROM entry AS gone WHERE until >= ?1 AND until < ?3 AND lvl >= 0 AND (until > ?1 OR id > "
          "?2)"
          " AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.item = gone.item AND later.since >= gone.until)"
          " ORDER BY until, id LIMIT ?4")),
      last_in_(database_.prepare(kLastIn)),
      last_directories_in_(database_.prepare(std::string(kLastIn) + " AND size < 0")),
      with_content_(database_.prepare(select_rows("digest = ?1 AND since <= ?2 AND until > ?2"))),
      ever_with_content_(database_.prepare(select_rows("digest = ?1 ORDER BY id"))),
      rest_of_instant_(database_.prepare(select_rows("since = ?1 AND id > ?2 ORDER BY id LIMIT ?3"))),
      began_behind_(database_.prepare(select_rows("since > ?1 ORDER BY since, id LIMIT ?2"))),
      hours_(database_.prepare("SELECT hour FROM activity ORDER BY hour")),
      marks_(database_.prepare("SELECT item, mtime, ctime, inode FROM mark")),
      mark_(database_.prepare("SELECT mtime, ctime, inode FROM mark WHERE item = ?1")),
      last_(database_.prepare("SELECT value FROM meta WHERE key = 3")),
      gaps_(database_.prepare("SELECT since, until, reason, text FROM gap WHERE since < ?2 AND until > ?1"
                              " ORDER BY since, id")),
      figures_(database_.prepare("SELECT count(*), coalesce(sum(lvl = -1 AND size >= 0), 0),"
                                 " coalesce(sum(CASE WHEN lvl = -1 AND size > 0 THEN size END), 0) FROM entry")),
      blobs_(database_) {}

std::vector<int> CatalogReader::levels(ItemId directory) {
  std::vector<int> found;
  sqlite::Use use(next_level_);
  int level = kLastingLevel;
  while (use->bind(1, directory.value).bind(2, level).step() && !use->is_null(0)) {
    level = static_cast<int>(use->integer(0));
    found.push_back(level);
    use->reset();
  }
  return found;
}

void CatalogReader::collect(sqlite::Statement& statement, std::vector<VersionId>& to) {
  sqlite::Use use(statement);
  while (use->step()) to.push_back(VersionId{use->natural(0)});
}

std::vector<VersionId> CatalogReader::list(ItemId directory, Instant at) {
  std::vector<VersionId> ids;
  const Snapshot snapshot(database_);
  lasting_.bind(1, directory.value).bind(2, at.value);
  collect(lasting_, ids);
  if (at != kForever) {
    for (const int level : levels(directory)) {
      const auto node = fork_on_path(at, level);
      // All intervals of a node contain its middle: left of it only their start decides, right of it only their end.
      auto& arm = at.value < node.middle ? low_arm_ : high_arm_;
      arm.bind(1, directory.value).bind(2, level).bind(3, node.middle).bind(4, at.value);
      collect(arm, ids);
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<Version> CatalogReader::list_kind(ItemId directory, Instant at, EntryKind kind) {
  auto all = versions(list(directory, at));
  for (const auto& version : all) {
    // The row may have ended since it was listed; at a fixed instant that changes nothing.
    if (at != kForever) require_in(version, directory, at);
  }
  std::erase_if(all, [&](const Version& version) { return version.state.kind != kind; });
  return all;
}

std::optional<Version> CatalogReader::version(VersionId id) {
  sqlite::Use use(between_);
  if (!use->bind(1, id.value).bind(2, id.value).step()) return std::nullopt;
  return read_version(*use.operator->());
}

std::vector<Version> CatalogReader::versions(std::span<const VersionId> ids) {
  std::vector<Version> found;
  found.reserve(ids.size());
  const Snapshot snapshot(database_);
  while (!ids.empty()) {
    const auto count = near_one_another(ids);
    read_near(ids.first(count), found);
    ids = ids.subspan(count);
  }
  return found;
}

// The rows between them are passed over: that takes less than to find each from the root of the table.
void CatalogReader::read_near(std::span<const VersionId> ids, std::vector<Version>& to) {
  sqlite::Use use(between_);
  use->bind(1, ids.front().value).bind(2, ids.back().value);
  for (auto wanted = ids.begin(); wanted != ids.end() && use->step();) {
    const VersionId id{use->natural(0)};
    while (wanted != ids.end() && *wanted < id) ++wanted;
    if (wanted == ids.end() || *wanted != id) continue;
    to.push_back(read_version(*use.operator->()));
    ++wanted;
  }
}

std::optional<Version> CatalogReader::lookup(ItemId directory, std::string_view name, Instant at) {
  sqlite::Use use(by_name_);
  use->bind(1, directory.value).bind(2, name_hash(name)).bind(3, at.value);
  while (use->step()) {
    auto version = read_version(*use.operator->());
    if (version.state.name != name) continue;  // Another name with the same hash.
    const bool lasts = version.until == kForever;
    if (!lasts && version.until <= at) return std::nullopt;  // The newest before `at` had ended by then.
    return version;
  }
  return std::nullopt;
}

std::optional<Version> CatalogReader::item_at(ItemId item, Instant at) {
  sqlite::Use use(by_item_at_);
  if (!use->bind(1, item.value).bind(2, at.value).step()) return std::nullopt;
  auto version = read_version(*use.operator->());
  if (version.until != kForever && version.until <= at) return std::nullopt;
  return version;
}

std::vector<Version> CatalogReader::history(ItemId item) {
  std::vector<Version> all;
  sqlite::Use use(by_item_);
  use->bind(1, item.value);
  while (use->step()) all.push_back(read_version(*use.operator->()));
  return all;
}

std::vector<View::Happening> CatalogReader::happenings(Instant from, Instant until, std::size_t limit) {
  std::vector<View::Happening> all;
  const Snapshot snapshot(database_);
  {
    sqlite::Use use(began_);
    use->bind(1, from.value).bind(2, until.value).bind(3, std::uint64_t{limit});
    while (use->step()) {
      auto version = read_version(*use.operator->());
      all.push_back({version.since, false, std::move(version)});
    }
  }
  {
    sqlite::Use use(ended_);
    use->bind(1, from.value).bind(2, until.value).bind(3, std::uint64_t{limit});
    while (use->step()) {
      auto version = read_version(*use.operator->());
      const auto next = item_at(version.item, version.until);
      if (!next) all.push_back({version.until, true, std::move(version)});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  if (all.size() > limit) all.resize(limit);
  return all;
}

Instant CatalogReader::last_change(Instant at) {
  std::int64_t newest = 0;
  const Snapshot snapshot(database_);
  for (auto* const statement : {&newest_began_, &newest_ended_}) {
    sqlite::Use use(*statement);
    if (use->bind(1, before_forever(at).value).step() && !use->is_null(0)) newest = std::max(newest, use->integer(0));
  }
  return Instant{newest};
}

std::vector<VersionId> CatalogReader::differences(Instant at, Instant other) {
  std::vector<VersionId> ids;
  const auto first = before_forever(std::min(at, other));
  const auto second = before_forever(std::max(at, other));
  auto& statement = at < other ? gone_by_ : come_since_;
  statement.bind(1, first.value).bind(2, second.value);
  collect(statement, ids);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<View::Deletion> CatalogReader::deletions(const View::Deletion& after, Instant until, std::size_t limit) {
  std::vector<View::Deletion> found;
  sqlite::Use use(deleted_);
  use->bind(1, after.at.value).bind(2, after.version.value).bind(3, until.value).bind(4, std::uint64_t{limit});
  while (use->step()) found.push_back({Instant{use->integer(0)}, VersionId{use->natural(1)}});
  return found;
}

std::vector<VersionId> CatalogReader::last_versions(ItemId directory, Instant at, View::Among among) {
  std::vector<VersionId> ids;
  auto& statement = among == View::Among::kDirectories ? last_directories_in_ : last_in_;
  statement.bind(1, directory.value).bind(2, at.value);
  collect(statement, ids);
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool CatalogReader::has_content(const Digest& content, Instant at) {
  sqlite::Use use(with_content_);
  use->bind(1, digest_start(content)).bind(2, before_forever(at).value);
  while (use->step()) {
    if (read_version(*use.operator->()).state.digest == content) return true;
  }
  return false;
}

std::vector<bool> CatalogReader::have_contents(std::span<const Digest> contents, Instant at) {
  std::vector<bool> found;
  found.reserve(contents.size());
  const Snapshot snapshot(database_);
  for (const auto& content : contents) found.push_back(has_content(content, at));
  return found;
}

std::vector<Version> CatalogReader::with_content(const Digest& content) {
  std::vector<Version> found;
  sqlite::Use use(ever_with_content_);
  use->bind(1, digest_start(content));
  while (use->step()) {
    auto version = read_version(*use.operator->());
    if (version.state.digest == content) found.push_back(std::move(version));
  }
  return found;
}

// Two statements, since one with OR would read all that began at the instant for each page of it.
std::vector<Version> CatalogReader::begun_after(const View::Beginning& after, std::size_t limit) {
  std::vector<Version> found;
  const Snapshot snapshot(database_);
  {
    sqlite::Use use(rest_of_instant_);
    use->bind(1, after.at.value).bind(2, after.version.value).bind(3, std::uint64_t{limit});
    while (use->step()) found.push_back(read_version(*use.operator->()));
  }
  sqlite::Use use(began_behind_);
  use->bind(1, after.at.value).bind(2, std::uint64_t{limit - found.size()});
  while (use->step()) found.push_back(read_version(*use.operator->()));
  return found;
}

std::optional<BlobPlace> CatalogReader::find_blob(const Digest& digest) { return blobs_.find(digest); }

std::vector<std::optional<CatalogReader::ContentPlace>> CatalogReader::places(std::span<const VersionId> ids) {
  std::vector<std::optional<ContentPlace>> all(ids.size());
  const Snapshot snapshot(database_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto found = version(ids[i]);
    if (!found || !found->state.digest) continue;
    if (const auto blob = find_blob(*found->state.digest)) all[i] = {*found->state.digest, *blob};
  }
  return all;
}

std::vector<Gap> CatalogReader::gaps(Instant from, Instant until) {
  std::vector<Gap> all;
  sqlite::Use use(gaps_);
  use->bind(1, from.value).bind(2, until.value);
  while (use->step()) {
    all.push_back({Instant{use->integer(0)}, Instant{use->integer(1)}, static_cast<GapReason>(use->integer(2)),
                   std::string(as_text(use->blob(3)))});
  }
  return all;
}

std::vector<std::pair<ItemId, DirectoryMark>> CatalogReader::marks() {
  std::vector<std::pair<ItemId, DirectoryMark>> all;
  sqlite::Use use(marks_);
  while (use->step()) {
    all.push_back({ItemId{use->natural(0)}, {use->integer(1), use->integer(2), use->natural(3)}});
  }
  return all;
}

std::optional<DirectoryMark> CatalogReader::mark(ItemId item) {
  sqlite::Use use(mark_);
  use->bind(1, item.value);
  if (!use->step()) return std::nullopt;
  return DirectoryMark{use->integer(0), use->integer(1), use->natural(2)};
}

std::vector<Instant> CatalogReader::active_hours() {
  std::vector<Instant> hours;
  sqlite::Use use(hours_);
  while (use->step()) hours.push_back(Instant{use->integer(0)});
  return hours;
}

Instant CatalogReader::last_instant() {
  sqlite::Use use(last_);
  return use->step() ? Instant{use->integer(0)} : Instant{};
}

StoreFigures CatalogReader::figures() {
  StoreFigures figures;
  const Snapshot snapshot(database_);
  sqlite::Use use(figures_);
  if (use->step()) {
    figures.versions = use->natural(0);
    figures.items = use->natural(1);
    figures.logical_bytes = use->natural(2);
  }
  const auto sums = blobs_.sums();
  figures.blobs = sums.blobs;
  figures.history_bytes = sums.bytes;
  figures.journal_blobs = sums.journaled;
  figures.raw_bytes = sums.raw_bytes;
  figures.pack_bytes = sums.pack_bytes;
  return figures;
}

std::uint64_t CatalogReader::listing_steps() const {
  return lasting_.machine_steps() + low_arm_.machine_steps() + high_arm_.machine_steps() + next_level_.machine_steps();
}

}  // namespace yestermail
