// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/blob_table.h"
#include "store/catalog_schema.h"
#include "store/entry_row.h"
#include "store/recorder.h"
#include "store/sqlite.h"
#include "store/transaction.h"

namespace yestermail {

/// How many transactions a catalog that is made anew is given at a time.
inline constexpr std::size_t kReplayGroup = 512;

/// What is in a pack, and how long the file is.
struct LoadedPack {
  std::uint64_t bytes = 0;
  PackContents contents;
};
/// Gives a pack that a transaction names; nullopt where it is missing or damaged, which the loader has reported.
using PackLoader = std::function<std::optional<LoadedPack>(const PackOperation&)>;

/// The one connection that writes an account's catalog. It applies transactions that are durable elsewhere; doing so
/// again does nothing. After any Error the object is to be dropped and the catalog reopened or rebuilt. One thread at a
/// time.
class CatalogWriter {
 public:
  /// Opens or makes it. Error{kDamage} where it cannot be trusted, or is another account's.
  CatalogWriter(const std::string& path, const Uuid& account);

  [[nodiscard]] Lsn applied() { return Lsn{meta(MetaKey::kAppliedLsn)}; }
  [[nodiscard]] Instant last_instant() { return Instant{static_cast<std::int64_t>(meta(MetaKey::kLastInstant))}; }
  [[nodiscard]] std::uint64_t next_item() { return meta(MetaKey::kNextItem); }
  [[nodiscard]] std::uint64_t next_version() { return meta(MetaKey::kNextVersion); }

  /// A transaction, and where in the journal its blobs are: `segment`, and the address that offset 0 of the segment
  /// would have in memory, so that a blob's offset follows from its `encoded`. From a log: no blobs, both are 0.
  struct Source {
    const Transaction* transaction = nullptr;
    std::uint64_t segment = 0;
    const std::byte* segment_start = nullptr;
  };
  /// Applies what is newer than applied(), in the order given, as one commit of SQLite.
  void apply(const std::vector<Source>& sources, const PackLoader& load_pack);
  /// Takes in a pack that no transaction names: what a crash left between sealing and commit, or a rebuild.
  void add_pack(const Digest& name, const LoadedPack& pack);
  /// In the server account's catalog: something happened in some account. It lists the hours of the whole store.
  void note_activity(const std::vector<Instant>& instants);
  std::vector<Instant> activity();
  /// In the server account's catalog: the newest transaction of the whole store when its writer last closed it; 0: not
  /// known.
  [[nodiscard]] Lsn closed_at() { return Lsn{meta(MetaKey::kClosedAt)}; }
  void set_closed_at(Lsn newest);
  void set_marks(const std::vector<std::pair<ItemId, DirectoryMark>>& marks);
  /// Those of directories that are there.
  std::vector<std::pair<ItemId, DirectoryMark>> lasting_marks();

  /// For a purge: whether some version has this content, and forgetting where contents are that none has.
  bool refers_to(const Digest& content);
  void forget_blobs(const std::unordered_set<Digest>& contents);

  [[nodiscard]] BlobTable& blobs() { return blobs_; }
  /// On return all that was applied is in the file, which survives a power cut.
  void checkpoint() { database_.checkpoint(); }

 private:
  static sqlite::Database open(const std::string& path, const Uuid& account);
  [[nodiscard]] std::uint64_t& meta(MetaKey key) { return meta_.at(static_cast<std::size_t>(key)); }
  void load_meta();
  void save_meta();
  void raise_meta(MetaKey key, std::uint64_t at_least);

  void apply_one(const Source& source, const PackLoader& load_pack);
  void put(const PutOperation& operation, Instant at);
  void remove(ItemId item, Instant at);
  void add_gap(const Gap& gap, Lsn lsn);
  void purge(const PurgeOperation& operation, Instant at);
  void mark_active(Instant at);
  std::optional<EntryRow> lasting(ItemId item);
  std::optional<EntryRow> lasting_named(ItemId parent, std::string_view name);
  /// True if the version began at the same instant and so never was: its row is gone.
  bool end(EntryRow row, Instant at);

  sqlite::Database database_;
  sqlite::Statement set_meta_;
  sqlite::Statement lasting_item_;
  sqlite::Statement lasting_name_;
  sqlite::Statement insert_;
  sqlite::Statement end_;
  sqlite::Statement erase_;
  sqlite::Statement active_;
  sqlite::Statement get_active_;
  sqlite::Statement set_mark_;
  sqlite::Statement get_marks_;
  sqlite::Statement with_content_;
  sqlite::Statement add_gap_;
  BlobTable blobs_;
  std::array<std::uint64_t, 8> meta_{};  ///< as in the table, by key; written at the end of each transaction
};

}  // namespace yestermail
