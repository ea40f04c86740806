// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/purger.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "store/bulk_writer.h"
#include "store/history_remains.h"
#include "store/index_lock.h"
#include "store/pack_rewriter.h"
#include "store/pack_visit.h"
#include "store/packer.h"
#include "store/server_account.h"
#include "store/store_size.h"
#include "store/store_writer.h"

namespace yestermail {

Purger::Purger(StoreWriter& writer) : writer_(writer) {}

Purger::~Purger() {
  writer_.journal_->reuse_files();
  const std::scoped_lock lock(writer_.sound_mutex_);
  writer_.watched_.clear();
  writer_.needed_.clear();
}

void Purger::leave(const std::string& why) {
  if (std::find(result_.left.begin(), result_.left.end(), why) == result_.left.end()) result_.left.push_back(why);
}

PurgeResult Purger::run(std::span<const PurgeRequest> requests) {
  resume();
  auto& disk = writer_.world_.disk;
  result_ = {};
  result_.bytes_before = store_size(disk, writer_.layout_);
  const auto paused = writer_.packer_->pause();
  writer_.mark_writing();
  empty_journal();
  const auto marker = plan(requests);
  if (!marker.accounts.empty()) {
    write_purge_marker(disk, writer_.layout_, marker);
    finish(marker);
  }
  result_.bytes_after = store_size(disk, writer_.layout_);
  return std::move(result_);
}

void Purger::resume() {
  const auto marker = read_purge_marker(writer_.world_.disk, writer_.layout_, writer_.world_.log);
  if (!marker) return;
  writer_.world_.log.warning("a purge that was cut off is finished now");
  const auto paused = writer_.packer_->pause();
  finish(*marker);
  for (const auto& why : result_.left) writer_.world_.log.warning("not purged: " + why);
}

void Purger::finish(const PurgeMarker& marker) {
  record(marker);
  condemn(marker);
  empty_journal();
  for (const auto& account : marker.accounts) {
    if (account.whole) remove_account(account.account);
  }
  remove_words(marker);
  for (const auto& [pool, parts] : marker.parts) sweep(pool);
  for (const auto& account : marker.accounts) {
    if (!account.whole) rewrite_packs(PackClass::kAccount, account.account);
  }
  for (const auto& [pool, parts] : marker.parts) rewrite_packs(PackClass::kPool, pool);
  for (const auto& account : marker.accounts) {
    if (!account.whole) rewrite_history(account.account);
  }
  for (const auto& account : marker.accounts) {
    const std::scoped_lock lock(writer_.catalogs_mutex_);
    if (!account.whole) writer_.catalogs_->renew(account.account);
  }
  const std::scoped_lock lock(writer_.catalogs_mutex_);
  for (const auto& [pool, parts] : marker.parts) writer_.catalogs_->rebuild_pool(pool);
  remove_purge_marker(writer_.world_.disk, writer_.layout_);
  writer_.catalogs_->forget_doomed();
}

// From here on the versions are gone, whatever is made anew from logs and journal.
void Purger::record(const PurgeMarker& marker) {
  std::vector<Draft> drafts;
  PurgeOperation server;
  for (const auto& account : marker.accounts) {
    if (account.whole) server.accounts.push_back(account.account);
  }
  for (const auto& account : marker.accounts) {
    if (account.whole) continue;
    const std::scoped_lock lock(writer_.catalogs_mutex_);
    const auto& counters = writer_.counters(account.account);
    PurgeOperation operation{ItemId{counters.next_item}, VersionId{counters.next_version}, account.versions, {}};
    if (account.account.is_zero()) operation.accounts = server.accounts;
    drafts.push_back({account.account, {std::move(operation)}, {}});
  }
  if (!drafts.empty()) writer_.commit(std::move(drafts));
}

void Purger::condemn(const PurgeMarker& marker) {
  const WriteGate::Closed closed(writer_.gate_);
  writer_.purged_ = true;
  for (const auto& account : marker.accounts) {
    if (account.whole) writer_.bury(account.account);
  }
  const std::scoped_lock lock(writer_.catalogs_mutex_);
  for (const auto& account : marker.accounts) {
    if (!account.whole) condemn_blobs(account);
  }
  watch_parts(marker.parts);
}

// What some version has since, or a scan that has not committed yet was told to be there, stays.
void Purger::condemn_blobs(const PurgeMarker::Account& account) {
  auto& catalog = writer_.catalogs_->catalog(account.account);
  WriterCatalogs::Doomed doomed;
  for (const auto& blob : account.blobs) {
    if (catalog.refers_to(blob)) continue;
    const std::scoped_lock lock(writer_.sessions_mutex_);
    const bool asked = std::any_of(writer_.sessions_.begin(), writer_.sessions_.end(),
                                   [&](auto* session) { return session->has_asked(account.account, blob); });
    if (asked) {
      leave("account " + account.account.hex() + ": a content that a scan has just met again: purge again after it");
    } else {
      doomed.contents.insert(blob);
    }
  }
  result_.blobs += doomed.contents.size();
  catalog.forget_blobs(doomed.contents);
  doomed.packs = packs_of(PackClass::kAccount, account.account);
  writer_.catalogs_->doom(PackClass::kAccount, account.account, std::move(doomed));
}

void Purger::watch_parts(const std::map<Uuid, std::vector<Digest>>& parts) {
  const std::scoped_lock lock(writer_.sound_mutex_, writer_.sessions_mutex_);
  for (const auto& [pool, some] : parts) {
    auto& watched = writer_.watched_[pool];
    watched.insert(some.begin(), some.end());
    for (auto* session : writer_.sessions_) session->add_asked_parts(pool, watched, writer_.needed_[pool]);
  }
}

// A damaged segment is kept for the mails that can be read from it, with all else that it holds.
void Purger::empty_journal() {
  writer_.journal_->start_clean();
  writer_.packer_->run_paused();
  for (const auto number : writer_.packer_->kept()) {
    leave(writer_.layout_.segment(number) + ": damaged, and kept as it is with all that it holds");
  }
}

// Gone at once, for whoever looks; then for good.
void Purger::remove_account(const Uuid& account) {
  auto& disk = writer_.world_.disk;
  const auto directory = writer_.layout_.account(account);
  if (!disk.exists(directory)) return;
  const auto staged = writer_.layout_.staging() + "/" + account.hex();
  {
    const std::scoped_lock lock(writer_.catalogs_mutex_);
    writer_.catalogs_->drop(account);
    disk.rename(directory, staged);
  }
  disk.sync_directory(writer_.layout_.accounts() + "/" + account.hex().substr(0, 2));
  disk.sync_directory(writer_.layout_.staging());
  remove_tree(disk, staged);
  disk.sync_directory(writer_.layout_.staging());
}

// Derived: the next search makes it anew, from what is there then.
void Purger::remove_words(const PurgeMarker& marker) {
  auto& disk = writer_.world_.disk;
  const auto directory = writer_.layout_.search();
  if (disk.exists(directory)) {
    const auto lock = wait_for_index_lock(disk, directory);
    for (const auto& name : disk.list(directory)) {
      const bool concerned = std::any_of(marker.accounts.begin(), marker.accounts.end(),
                                         [&](const auto& account) { return name.starts_with(account.account.hex()); });
      if (concerned) disk.remove(directory + "/" + name);
    }
    disk.sync_directory(directory);
  }
  if (!disk.exists(writer_.layout_.quarantine())) return;
  for (const auto& name : disk.list(writer_.layout_.quarantine())) {
    leave("quarantine/" + printable(name) +
          ": put aside by a repair, and kept with what it may hold: delete it by hand");
  }
}

void Purger::sweep(const Uuid& pool) {
  PartMarker marker(writer_.world_.disk, writer_.layout_, pool);
  {
    const std::scoped_lock lock(writer_.sound_mutex_);
    marker.add(writer_.watched_[pool]);
  }
  if (!mark(pool, marker)) return;
  const WriteGate::Closed closed(writer_.gate_);
  const std::scoped_lock lock(writer_.catalogs_mutex_, writer_.sound_mutex_);
  WriterCatalogs::Doomed doomed;
  doomed.contents = marker.dead(writer_.needed_[pool]);
  for (const auto& part : doomed.contents) writer_.sound_[pool].erase(part);
  writer_.catalogs_->pool(pool).forget_all(doomed.contents);
  doomed.packs = packs_of(PackClass::kPool, pool);
  writer_.catalogs_->doom(PackClass::kPool, pool, std::move(doomed));
}

/// False: it cannot be told what is needed.
bool Purger::mark(const Uuid& pool, PartMarker& marker) {
  if (!writer_.packer_->kept().empty()) return false;
  try {
    for (const auto& account : accounts_of(pool)) {
      const WriterCatalogs::Doomed* doomed = nullptr;
      {
        const std::scoped_lock lock(writer_.catalogs_mutex_);
        doomed = writer_.catalogs_->doomed(PackClass::kAccount, account);
      }
      marker.mark_account(account, [&](const Digest& pack, const PackEntry& entry) {
        return doomed != nullptr && doomed->packs.contains(pack) && doomed->contents.contains(entry.digest);
      });
    }
    marker.mark_pool();
    return true;
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
    leave("attachments: it cannot be told which are still needed: " + std::string(error.what()));
    return false;
  }
}

void Purger::rewrite_packs(PackClass pack_class, const Uuid& owner) {
  WriterCatalogs::Doomed doomed;
  {
    const std::scoped_lock lock(writer_.catalogs_mutex_);
    if (const auto* found = writer_.catalogs_->doomed(pack_class, owner)) doomed = *found;
  }
  if (doomed.contents.empty()) return;
  for (const auto& pack : doomed.packs) {
    try {
      rewrite_pack(pack_class, owner, pack, doomed.contents);
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage) throw;
      leave(std::string(error.what()) + ": left as it is, with what it may hold");
    }
  }
}

void Purger::rewrite_pack(PackClass pack_class, const Uuid& owner, const Digest& pack, const Digests& contents) {
  auto& disk = writer_.world_.disk;
  const PackRewriter rewriter(disk, writer_.layout_, writer_.id_, pack_class, owner, writer_.tuning_.compression_level);
  if (!rewriter.holds(pack, contents)) return;
  if (auto sealed = rewriter.without(pack, contents)) {
    const LoadedPack loaded{sealed->bytes, std::move(sealed->contents)};
    writer_.expect_pack(sealed->name, loaded);
    writer_.commit({draft_of_pack(pack_class, owner, sealed->name)});
    // One of that name may have been known: then the places are still those of the old one.
    const std::scoped_lock lock(writer_.catalogs_mutex_);
    if (pack_class == PackClass::kPool) {
      writer_.catalogs_->pool(owner).add_pack(sealed->name, loaded);
    } else {
      writer_.catalogs_->catalog(owner).add_pack(sealed->name, loaded);
    }
  }
  disk.remove(rewriter.path(pack));
  disk.sync_directory(writer_.layout_.packs(pack_class, owner));
}

void Purger::rewrite_history(const Uuid& account) {
  try {
    HistoryRemains remains(writer_.world_.disk, writer_.layout_, writer_.id_, account);
    remains.prepare();
    const std::scoped_lock lock(writer_.catalogs_mutex_);
    remains.install();
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
    leave(std::string(error.what()) + ": its names and subjects stay in the logs");
  }
}

std::set<Digest> Purger::packs_of(PackClass pack_class, const Uuid& owner) const {
  std::set<Digest> packs;
  for (const auto& name : writer_.world_.disk.list(writer_.layout_.packs(pack_class, owner))) {
    if (const auto pack = parse_pack_name(name)) packs.insert(*pack);
  }
  return packs;
}

/// All whose parts may be in the pool: of whom nothing is known, too.
std::vector<Uuid> Purger::accounts_of(const Uuid& pool) const {
  std::map<Uuid, Uuid> pools;
  for (const auto& happening : writer_.view_->happenings(kServerAccount, Instant{}, kForever, SIZE_MAX / 2)) {
    const auto& state = happening.version.state;
    if (state.account) pools[*state.account] = pool_id(writer_.view_->pool_scope(), *state.account, state.name);
  }
  auto& disk = writer_.world_.disk;
  std::vector<Uuid> accounts{Uuid{}};
  for (const auto& shard : disk.list(writer_.layout_.accounts())) {
    for (const auto& name : disk.list(writer_.layout_.accounts() + "/" + shard)) {
      const auto account = Uuid::from_hex(name);
      if (!account) continue;
      const auto known = pools.find(*account);
      if (known == pools.end() || known->second == pool) accounts.push_back(*account);
    }
  }
  return accounts;
}

}  // namespace yestermail
