// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/writer_catalogs.h"

#include "base/error.h"
#include "store/derived_damage.h"
#include "store/history_log.h"
#include "store/pack_reader.h"
#include "store/sqlite_files.h"

namespace yestermail {
namespace {

constexpr std::size_t kMaxOpen = 64;
constexpr std::uint64_t kLargeLogBytes = 8U << 20U;

/// SQLite's own log of a database takes room, and is read whole when that is opened after a kill. A commit adds some
/// 30 KB to it, however little is in it.
bool has_large_log(Filesystem& disk, const std::string& database) {
  const auto log = database + "-wal";
  return disk.exists(log) && disk.open(log, Filesystem::Open::kRead)->size() > kLargeLogBytes;
}

/// Hands transactions to a catalog in groups, so that each group is one commit of SQLite.
class Replay {
 public:
  Replay(CatalogWriter& catalog, PackLoader loader) : catalog_(catalog), loader_(std::move(loader)) {}
  void add(const Transaction& transaction) {
    pending_.push_back(transaction);
    if (pending_.size() >= kReplayGroup) flush();
  }
  void flush() {
    std::vector<CatalogWriter::Source> sources;
    for (const auto& transaction : pending_) sources.push_back({&transaction, 0, nullptr});
    catalog_.apply(sources, loader_);
    pending_.clear();
  }

 private:
  CatalogWriter& catalog_;
  PackLoader loader_;
  std::vector<Transaction> pending_;
};

}  // namespace

WriterCatalogs::WriterCatalogs(Filesystem& disk, const Layout& layout, const Uuid& store, Log& log)
    : disk_(disk), layout_(layout), store_(store), log_(log) {}

CatalogWriter& WriterCatalogs::catalog(const Uuid& account) { return *slot(account).catalog; }

WriterCatalogs::Slot& WriterCatalogs::slot(const Uuid& account) {
  if (is_buried(account)) throw Error(Errc::kNotFound, "account " + account.hex() + ": was erased");
  const auto found = open_.find(account.hex());
  if (found != open_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second.recent);
    return found->second;
  }
  auto opened = open_current(account);
  // Making the server's catalog anew looks into all the others, and opens it by itself.
  if (const auto again = open_.find(account.hex()); again != open_.end()) return again->second;
  while (open_.size() >= kMaxOpen) close_oldest();
  recent_.push_front(account);
  auto& slot = open_[account.hex()];
  slot.catalog = std::move(opened);
  slot.recent = recent_.begin();
  return slot;
}

void WriterCatalogs::close_oldest() {
  const auto oldest = recent_.back();
  open_.at(oldest.hex()).catalog->checkpoint();
  drop(oldest);
}

void WriterCatalogs::drop(const Uuid& account) {
  const auto found = open_.find(account.hex());
  if (found == open_.end()) return;
  recent_.erase(found->second.recent);
  open_.erase(found);
}

void WriterCatalogs::bury(const Uuid& account) {
  drop(account);
  buried_.insert(account);
}

void WriterCatalogs::doom(PackClass pack_class, const Uuid& owner, Doomed doomed) {
  doomed_[{pack_class, owner}] = std::move(doomed);
}

const WriterCatalogs::Doomed* WriterCatalogs::doomed(PackClass pack_class, const Uuid& owner) const {
  const auto found = doomed_.find({pack_class, owner});
  return found == doomed_.end() ? nullptr : &found->second;
}

void WriterCatalogs::make_account_directories(const Uuid& account) {
  const auto directory = Layout::account_directory(account);
  make_directories(disk_, layout_.store(), directory + "/packs");
  make_directories(disk_, layout_.store(), directory + "/log");
}

// SQLite would make the file readable for everybody.
void WriterCatalogs::make_private_file(const std::string& path) {
  if (!disk_.exists(path)) disk_.open(path, Filesystem::Open::kCreate);
}

void WriterCatalogs::create(const Uuid& account) {
  make_account_directories(account);
  make_private_file(layout_.catalog(account));
  catalog(account);
}

std::unique_ptr<CatalogWriter> WriterCatalogs::open_current(const Uuid& account) {
  make_account_directories(account);
  const HistoryLog history(disk_, layout_, store_, account);
  if (!disk_.exists(layout_.catalog(account))) rebuild(account);
  for (int attempt = 0;; ++attempt) {
    try {
      auto catalog = std::make_unique<CatalogWriter>(layout_.catalog(account), account);
      if (catalog->applied() < history.covered()) replay_log(*catalog, account);
      if (has_large_log(disk_, layout_.catalog(account))) catalog->checkpoint();
      return catalog;
    } catch (const Error& error) {
      if (!is_derived_damage(error) || attempt > 0) throw;
      log_.warning(std::string(error.what()) + "; the catalog is made anew");
      rebuild(account);
    }
  }
}

void WriterCatalogs::replay_log(CatalogWriter& catalog, const Uuid& account) {
  Replay replay(catalog, loader(account));
  const HistoryLog history(disk_, layout_, store_, account);
  history.read(catalog.applied(), log_, [&](const Transaction& transaction) {
    note_replaced(transaction);
    replay.add(transaction);
  });
  replay.flush();
}

void WriterCatalogs::read_journal(const std::function<void(const Batch&)>& visit) {
  for (const auto& name : disk_.list(layout_.journal())) {
    const auto number = parse_segment_name(name);
    if (!number) continue;
    const auto file = disk_.open(layout_.segment(*number), Filesystem::Open::kRead);
    const auto header = read_segment_header(*file, store_);
    if (header && header->number == *number) read_segment(*file, *header, visit);
  }
}

void WriterCatalogs::replay_journal(CatalogWriter& catalog, const Uuid& account) {
  read_journal([&](const Batch& batch) {
    std::vector<CatalogWriter::Source> sources;
    for (const auto& transaction : batch.transactions) {
      if (transaction.account != account) continue;
      note_replaced(transaction);
      sources.push_back({&transaction, batch.segment, batch.payload.data() - batch.payload_offset});
    }
    if (!sources.empty()) catalog.apply(sources, loader(account));
  });
}

PoolIndex& WriterCatalogs::pool(const Uuid& pool) {
  if (const auto found = pools_.find(pool); found != pools_.end()) return found->second;
  make_directories(disk_, layout_.store(), Layout::pool_directory(pool) + "/packs");
  const auto path = layout_.pool_index(pool);
  if (!disk_.exists(path)) rebuild_pool(pool);
  try {
    return pools_.emplace(pool, PoolIndex::open_writer(path)).first->second;
  } catch (const Error& error) {
    if (!is_derived_damage(error)) throw;
    log_.warning(std::string(error.what()) + "; the pool's index is made anew");
    rebuild_pool(pool);
    return pools_.emplace(pool, PoolIndex::open_writer(path)).first->second;
  }
}

PackLoader WriterCatalogs::loader(const Uuid& account) {
  return [this, account](const PackOperation& pack) { return load(account, pack); };
}

std::optional<LoadedPack> WriterCatalogs::load(const Uuid& account, const PackOperation& pack) {
  if (const auto expected = expected_.find(pack.name); expected != expected_.end()) {
    auto loaded = std::move(expected->second);
    expected_.erase(expected);
    return loaded;
  }
  const auto& owner = pack.owner(account);
  const auto path = layout_.pack(pack.pack_class, owner, pack.name);
  const auto* purged = doomed(pack.pack_class, owner);
  if (purged != nullptr && !purged->packs.contains(pack.name)) purged = nullptr;
  if (purged != nullptr && !disk_.exists(path)) return std::nullopt;  // Another one stands in its place.
  try {
    const PackReader reader(disk_, path);
    LoadedPack loaded{reader.bytes(), reader.contents()};
    if (purged != nullptr) {
      std::erase_if(loaded.contents, [&](const auto& entry) { return purged->contents.contains(entry.digest); });
    }
    return loaded;
  } catch (const Error& error) {
    if (!is_derived_damage(error)) throw;
    missing_.emplace(pack.name, error.what());
    return std::nullopt;
  }
}

void WriterCatalogs::note_replaced(const Transaction& transaction) {
  for (const auto& operation : transaction.operations) {
    if (const auto* pack = std::get_if<PackOperation>(&operation)) {
      replaced_.insert(pack->replaced.begin(), pack->replaced.end());
    }
  }
}

/// Once all was read that could have told that they were replaced.
void WriterCatalogs::report_missing() {
  if (!recovered_) return;
  for (const auto& [name, why] : missing_) {
    if (!replaced_.contains(name)) log_.error(why + "; what only this pack holds cannot be read");
  }
  missing_.clear();
  replaced_.clear();
}

void WriterCatalogs::apply(const std::vector<Transaction>& transactions, std::uint64_t segment,
                           const std::byte* segment_start) {
  std::vector<CatalogWriter::Source> all;
  std::map<Uuid, std::vector<CatalogWriter::Source>> by_account;
  for (const auto& transaction : transactions) {
    note_replaced(transaction);
    all.push_back({&transaction, segment, segment_start});
    by_account[transaction.account].push_back(all.back());
  }
  for (const auto& pool : PoolIndex::concerned(all)) apply_to_pool(pool, all);
  // The server's catalog tells the last instant: it comes when all that is of this instant can be read.
  const auto last = by_account.extract(Uuid{});
  for (const auto& [account, sources] : by_account) apply_to(account, sources);
  if (last) apply_to(Uuid{}, last.mapped());
  report_missing();
  const bool elsewhere = !by_account.empty();
  const bool news = !transactions.empty() && catalog(Uuid{}).last_instant() < transactions.back().at;
  if (!elsewhere || !news) return;
  auto& server = catalog(Uuid{});
  server.note_activity({transactions.back().at});
  if (has_large_log(disk_, layout_.catalog({}))) server.checkpoint();
}

void WriterCatalogs::apply_to_pool(const Uuid& pool, const std::vector<CatalogWriter::Source>& sources) {
  try {
    auto& index = this->pool(pool);
    index.apply(pool, sources, loader(Uuid{}));
    if (has_large_log(disk_, layout_.pool_index(pool))) index.checkpoint();
  } catch (const Error& error) {
    if (!is_derived_damage(error)) throw;
    log_.warning(std::string(error.what()) + "; the pool's index is made anew");
    rebuild_pool(pool);
    this->pool(pool).apply(pool, sources, loader(Uuid{}));
  }
}

void WriterCatalogs::apply_to(const Uuid& account, const std::vector<CatalogWriter::Source>& sources) {
  try {
    auto& open = slot(account);
    open.catalog->apply(sources, loader(account));
    if (has_large_log(disk_, layout_.catalog(account))) open.catalog->checkpoint();
  } catch (const Error& error) {
    drop(account);
    if (!is_derived_damage(error)) throw;
    log_.warning(std::string(error.what()) + "; the catalog is made anew");
    rebuild(account);  // From the journal too, in which these transactions stand already.
  }
}

void WriterCatalogs::install(const std::string& staged, const std::string& directory, const std::string& name) {
  // The old log goes first, and for good: SQLite would replay it into the new file.
  remove_beside_database(disk_, directory + "/" + name);
  disk_.sync_directory(directory);
  disk_.rename(staged, directory + "/" + name);
  disk_.sync_directory(directory);
  remove_beside_database(disk_, staged);
}

void WriterCatalogs::rebuild(const Uuid& account) {
  drop(account);
  const auto staged = layout_.staging() + "/" + account.hex() + ".db";
  remove_database(disk_, staged);
  make_private_file(staged);
  {
    CatalogWriter catalog(staged, account);
    for (const auto& name : disk_.list(layout_.packs(account))) {
      const auto digest = parse_pack_name(name);
      if (!digest) continue;
      if (const auto pack = load(account, {PackClass::kAccount, *digest})) catalog.add_pack(*digest, *pack);
    }
    replay_log(catalog, account);
    replay_journal(catalog, account);
    catalog.checkpoint();
  }
  report_missing();
  install(staged, layout_.account(account), "catalog.db");
  if (account.is_zero()) gather_activity();
}

void WriterCatalogs::renew(const Uuid& account) {
  const auto marks = catalog(account).lasting_marks();
  rebuild(account);
  catalog(account).set_marks(marks);
}

void WriterCatalogs::gather_activity() {
  std::vector<Instant> instants;
  for (const auto& shard : disk_.list(layout_.accounts())) {
    for (const auto& name : disk_.list(layout_.accounts() + "/" + shard)) {
      const auto account = Uuid::from_hex(name);
      if (!account) continue;
      const auto some = catalog(*account).activity();
      instants.insert(instants.end(), some.begin(), some.end());
    }
  }
  catalog(Uuid{}).note_activity(instants);
}

void WriterCatalogs::rebuild_pool(const Uuid& pool) {
  pools_.erase(pool);
  const auto staged = layout_.staging() + "/pool.db";
  remove_database(disk_, staged);
  make_private_file(staged);
  {
    auto index = PoolIndex::open_writer(staged);
    for (const auto& name : disk_.list(layout_.pool_packs(pool))) {
      const auto digest = parse_pack_name(name);
      if (!digest) continue;
      if (const auto pack = load(Uuid{}, {PackClass::kPool, *digest, pool})) index.add_pack(*digest, *pack);
    }
    read_journal([&](const Batch& batch) {
      std::vector<CatalogWriter::Source> sources;
      for (const auto& transaction : batch.transactions) {
        note_replaced(transaction);
        sources.push_back({&transaction, batch.segment, batch.payload.data() - batch.payload_offset});
      }
      if (PoolIndex::concerned(sources).contains(pool)) index.apply(pool, sources, loader(Uuid{}));
    });
    index.checkpoint();
  }
  report_missing();
  install(staged, layout_.pool(pool), "index-0.db");
}

void WriterCatalogs::adopt_orphans(const Uuid& account) {
  if (!disk_.exists(layout_.packs(account))) return;
  for (const auto& name : disk_.list(layout_.packs(account))) {
    const auto digest = parse_pack_name(name);
    if (!digest || catalog(account).blobs().has_pack(*digest)) continue;
    const auto pack = load(account, {PackClass::kAccount, *digest});
    if (!pack) continue;
    log_.warning(layout_.pack(account, *digest) + ": sealed but not named when the store was last closed; kept");
    catalog(account).add_pack(*digest, *pack);
  }
}

void WriterCatalogs::adopt_pool_orphans(const Uuid& pool) {
  auto& index = this->pool(pool);
  for (const auto& name : disk_.list(layout_.pool_packs(pool))) {
    const auto digest = parse_pack_name(name);
    if (!digest || index.has_pack(*digest)) continue;
    const auto pack = load(Uuid{}, {PackClass::kPool, *digest, pool});
    if (!pack) continue;
    log_.warning(layout_.pool_pack(pool, *digest) + ": sealed but not named when the store was last closed; kept");
    index.add_pack(*digest, *pack);
  }
}

void WriterCatalogs::checkpoint_all() {
  for (auto& [id, pool] : pools_) pool.checkpoint();
  for (auto& [hex, slot] : open_) slot.catalog->checkpoint();
}

}  // namespace yestermail
