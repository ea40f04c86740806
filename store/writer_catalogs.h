// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/filesystem.h"
#include "base/log.h"
#include "store/catalog_writer.h"
#include "store/journal_segment.h"
#include "store/layout.h"
#include "store/pool_index.h"

namespace yestermail {

/// All derived files of a store, as its writer keeps them: opened when needed, closed when many are open, brought up to
/// what logs and journal hold, and rebuilt from these where they are missing or damaged. One thread at a time.
class WriterCatalogs {
 public:
  WriterCatalogs(Filesystem& disk, const Layout& layout, const Uuid& store, Log& log);

  /// Makes the directories and the empty catalog of an account that has no history yet.
  void create(const Uuid& account);
  /// The account's catalog; where it is missing it is rebuilt. The reference holds until the next call.
  CatalogWriter& catalog(const Uuid& account);
  /// The index of a pool; it and its directories are made where they are missing.
  PoolIndex& pool(const Uuid& pool);

  /// Applies durable transactions, in order; `segment_start` is what offset 0 of the segment would be in memory.
  void apply(const std::vector<Transaction>& transactions, std::uint64_t segment, const std::byte* segment_start);

  /// Contents of a pack that was just sealed, so that it need not be read back.
  void expect_pack(const Digest& name, LoadedPack pack) { expected_[name] = std::move(pack); }

  /// Makes a catalog, or the pool's index, anew from packs, logs and journal.
  void rebuild(const Uuid& account);
  void rebuild_pool(const Uuid& pool);

  /// Likewise, with the marks of directories that are still there.
  void renew(const Uuid& account);

  /// Of a purge: in these packs of an account or a pool these contents are not there any more, whatever the packs say.
  struct Doomed {
    std::unordered_set<Digest> contents;
    std::set<Digest> packs;
  };
  void doom(PackClass pack_class, const Uuid& owner, Doomed doomed);
  [[nodiscard]] const Doomed* doomed(PackClass pack_class, const Uuid& owner) const;
  void forget_doomed() { doomed_.clear(); }
  /// The account is gone for good: from now on every call for it throws Error{kNotFound}.
  void bury(const Uuid& account);
  [[nodiscard]] bool is_buried(const Uuid& account) const { return buried_.contains(account); }

  /// Takes in packs that no transaction names: a crash came between sealing and commit.
  void adopt_orphans(const Uuid& account);
  void adopt_pool_orphans(const Uuid& pool);

  /// The opening of the store is done: all that logs and journal had to tell of packs is known. From now on one that is
  /// missing is reported at once.
  void end_recovery() {
    recovered_ = true;
    report_missing();
  }
  /// On return all that was applied is in the files and survives a power cut.
  void checkpoint_all();
  /// Forgets open connections without another word: after a failure.
  void drop(const Uuid& account);

 private:
  struct Slot {
    std::unique_ptr<CatalogWriter> catalog;
    std::list<Uuid>::iterator recent;
  };
  Slot& slot(const Uuid& account);
  void make_account_directories(const Uuid& account);
  void make_private_file(const std::string& path);
  std::unique_ptr<CatalogWriter> open_current(const Uuid& account);
  void replay_log(CatalogWriter& catalog, const Uuid& account);
  void replay_journal(CatalogWriter& catalog, const Uuid& account);
  void apply_to_pool(const Uuid& pool, const std::vector<CatalogWriter::Source>& sources);
  void apply_to(const Uuid& account, const std::vector<CatalogWriter::Source>& sources);
  void close_oldest();
  std::optional<LoadedPack> load(const Uuid& account, const PackOperation& pack);
  [[nodiscard]] PackLoader loader(const Uuid& account);
  void note_replaced(const Transaction& transaction);
  void report_missing();
  void gather_activity();
  void read_journal(const std::function<void(const Batch&)>& visit);
  void install(const std::string& staged, const std::string& directory, const std::string& name);

  Filesystem& disk_;
  const Layout& layout_;
  const Uuid store_;
  Log& log_;
  std::unordered_map<std::string, Slot> open_;  // By the account's hex.
  std::list<Uuid> recent_;                      // Newest first.
  std::map<Uuid, PoolIndex> pools_;
  std::map<Digest, LoadedPack> expected_;
  std::map<Digest, std::string> missing_;  // Packs that a transaction named and that could not be read, and why.
  std::set<Digest> replaced_;              // Packs that need not be there. Both since the last report_missing().
  bool recovered_ = false;                 // Behind end_recovery().
  std::map<std::pair<PackClass, Uuid>, Doomed> doomed_;
  std::set<Uuid> buried_;
};

}  // namespace yestermail
