// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/history_remains.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "store/catalog_reader.h"
#include "store/catalog_writer.h"
#include "store/sqlite_files.h"

namespace yestermail {
namespace {

/// Ends the version of an item that ended at `at`, where no other version of the item does so by beginning then.
void end_item(CatalogReader& rows, ItemId item, Instant at, std::vector<Operation>& to) {
  const auto before = rows.item_at(item, Instant{at.value - 1});
  if (!before || before->until != at) return;
  if (const auto next = rows.item_at(item, at); next && next->since == at) return;
  to.emplace_back(RemoveOperation{item});
}

bool same_row(const sqlite::Statement& a, const sqlite::Statement& b, int columns) {
  for (int column = 0; column < columns; ++column) {
    const auto left = a.blob(column);  // A number comes as its digits.
    const auto right = b.blob(column);
    if (!std::equal(left.begin(), left.end(), right.begin(), right.end())) return false;
  }
  return true;
}

}  // namespace

HistoryRemains::HistoryRemains(Filesystem& disk, const Layout& layout, const Uuid& store, const Uuid& account)
    : disk_(disk), layout_(layout), account_(account), log_(disk, layout, store, account) {}

HistoryRemains::~HistoryRemains() {
  try {
    for (const char* which : {"old", "new"}) remove_database(disk_, staged(which));
  } catch (const Error&) {  // Whoever opens the store for writing next empties tmp/.
  }
}

std::string HistoryRemains::staged(const char* which) const {
  return layout_.staging() + "/" + account_.hex() + "." + which + ".db";
}

void HistoryRemains::prepare() {
  replay(staged("old"), [&](const Visit& visit) { log_.read_strictly(visit); });
  write_remains();
  replay(staged("new"), [&](const Visit& visit) { rewrite_->read(visit); });
  compare();
}

void HistoryRemains::replay(const std::string& path, const std::function<void(const Visit&)>& read) {
  remove_database(disk_, path);
  disk_.open(path, Filesystem::Open::kCreate);
  CatalogWriter catalog(path, account_);
  std::vector<Transaction> pending;
  const auto flush = [&] {
    std::vector<CatalogWriter::Source> sources;
    for (const auto& transaction : pending) sources.push_back({&transaction, 0, nullptr});
    catalog.apply(sources, [](const PackOperation&) { return std::nullopt; });
    pending.clear();
  };
  read([&](const Transaction& transaction) {
    pending.push_back(transaction);
    if (pending.size() >= kReplayGroup) flush();
  });
  flush();
  catalog.checkpoint();
  next_item_ = ItemId{catalog.next_item()};
  next_version_ = VersionId{catalog.next_version()};
}

void HistoryRemains::write_remains() {
  rewrite_.emplace(log_);
  const auto covered = log_.covered();
  CatalogReader rows(staged("old"), account_);
  log_.read_strictly([&](const Transaction& transaction) {
    const auto remains = remains_of(transaction, rows);
    // The last one tells how far a catalog is that has taken in all.
    if (!remains.operations.empty() || transaction.lsn == covered) rewrite_->add(remains);
  });
  rewrite_->finish();
}

// What the old logs came to is asked, not worked out again: a version that is there now is put, with what it is now.
Transaction HistoryRemains::remains_of(const Transaction& transaction, CatalogReader& rows) const {
  Transaction remains{transaction.lsn, transaction.at, transaction.account, {}};
  auto& to = remains.operations;
  for (const auto& operation : transaction.operations) {
    if (const auto* put = std::get_if<PutOperation>(&operation)) {
      if (const auto row = rows.version(put->version); row && row->since == transaction.at) {
        to.emplace_back(PutOperation{row->id, row->item, row->body, row->cause, row->state});
        continue;
      }
      end_item(rows, put->item, transaction.at, to);
      if (put->state.parent == kNoItem) continue;
      const auto named = rows.lookup(put->state.parent, put->state.name, Instant{transaction.at.value - 1});
      if (named && named->item != put->item) end_item(rows, named->item, transaction.at, to);
    } else if (const auto* remove = std::get_if<RemoveOperation>(&operation)) {
      end_item(rows, remove->item, transaction.at, to);
    } else if (const auto* pack = std::get_if<PackOperation>(&operation)) {
      if (disk_.exists(layout_.pack(pack->pack_class, pack->owner(account_), pack->name))) to.push_back(operation);
    } else if (const auto* purge = std::get_if<PurgeOperation>(&operation)) {
      auto& kept = std::get<PurgeOperation>(to.emplace_back(*purge));
      kept.next_item = next_item_;
      kept.next_version = next_version_;
    } else {
      to.push_back(operation);
    }
  }
  return remains;
}

void HistoryRemains::compare() const {
  auto before = sqlite::Database::open_reader(staged("old"));
  auto after = sqlite::Database::open_reader(staged("new"));
  const std::pair<const char*, int> tables[] = {
      {"SELECT id, put, since, until, lvl, mid, sum, parent, name, item, size, digest FROM entry ORDER BY id", 12},
      {"SELECT since, until, reason, text FROM gap ORDER BY id", 4},
      {"SELECT value FROM meta WHERE key IN (4, 5) ORDER BY key", 1}};
  for (const auto& [sql, columns] : tables) {
    auto old_rows = before.prepare(sql);
    auto new_rows = after.prepare(sql);
    for (;;) {
      const bool more = old_rows.step();
      if (new_rows.step() != more || (more && !same_row(old_rows, new_rows, columns))) {
        throw Error(Errc::kDamage, "account " + account_.hex() + ": its history written anew is not the same");
      }
      if (!more) break;
    }
  }
}

}  // namespace yestermail
