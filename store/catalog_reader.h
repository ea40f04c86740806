// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/blob_table.h"
#include "store/entry_row.h"
#include "store/recorder.h"
#include "store/sqlite.h"
#include "store/view.h"

namespace yestermail {

/// A read-only connection to an account's catalog. Each call is one short read transaction. Every row is checked.
/// One thread at a time; Error{kDamage} where the catalog has to be rebuilt.
class CatalogReader {
 public:
  CatalogReader(const std::string& path, const Uuid& account);

  std::vector<VersionId> list(ItemId directory, Instant at);
  std::vector<Version> list_kind(ItemId directory, Instant at, EntryKind kind);
  std::optional<Version> version(VersionId id);
  std::vector<Version> versions(std::span<const VersionId> ids);
  std::optional<Version> lookup(ItemId directory, std::string_view name, Instant at);
  std::optional<Version> item_at(ItemId item, Instant at);
  std::vector<Version> history(ItemId item);
  std::vector<View::Happening> happenings(Instant from, Instant until, std::size_t limit);
  Instant last_change(Instant at);
  std::vector<VersionId> differences(Instant at, Instant other);
  std::vector<View::Deletion> deletions(const View::Deletion& after, Instant until, std::size_t limit);
  std::vector<VersionId> last_versions(ItemId directory, Instant at, View::Among among);
  std::vector<bool> have_contents(std::span<const Digest> contents, Instant at);
  std::vector<Version> with_content(const Digest& content);
  std::vector<Version> begun_after(const View::Beginning& after, std::size_t limit);
  std::optional<BlobPlace> find_blob(const Digest& digest);
  struct ContentPlace {
    Digest digest;
    BlobPlace blob;
  };
  /// In the order of `ids`; nullopt where there is no such version, or no content of it.
  std::vector<std::optional<ContentPlace>> places(std::span<const VersionId> ids);
  std::vector<Gap> gaps(Instant from, Instant until);
  std::vector<std::pair<ItemId, DirectoryMark>> marks();
  std::optional<DirectoryMark> mark(ItemId item);
  std::vector<Instant> active_hours();
  Instant last_instant();

  /// Fills all but accounts and stored_bytes.
  StoreFigures figures();

  /// The catalog was made anew since this connection was opened.
  [[nodiscard]] bool has_moved() const { return database_.has_moved(); }

  /// Steps of SQLite's machine that the listing statements have taken so far.
  [[nodiscard]] std::uint64_t listing_steps() const;

 private:
  std::vector<int> levels(ItemId directory);
  bool has_content(const Digest& content, Instant at);
  void collect(sqlite::Statement& statement, std::vector<VersionId>& to);
  void read_near(std::span<const VersionId> ids, std::vector<Version>& to);

  sqlite::Database database_;
  sqlite::Statement lasting_;
  sqlite::Statement low_arm_;
  sqlite::Statement high_arm_;
  sqlite::Statement next_level_;
  sqlite::Statement between_;
  sqlite::Statement by_name_;
  sqlite::Statement by_item_at_;
  sqlite::Statement by_item_;
  sqlite::Statement began_;
  sqlite::Statement ended_;
  sqlite::Statement newest_began_;
  sqlite::Statement newest_ended_;
  sqlite::Statement gone_by_;
  sqlite::Statement come_since_;
  sqlite::Statement deleted_;
  sqlite::Statement last_in_;
  sqlite::Statement last_directories_in_;
  sqlite::Statement with_content_;
  sqlite::Statement ever_with_content_;
  sqlite::Statement rest_of_instant_;
  sqlite::Statement began_behind_;
  sqlite::Statement hours_;
  sqlite::Statement marks_;
  sqlite::Statement mark_;
  sqlite::Statement last_;
  sqlite::Statement gaps_;
  sqlite::Statement figures_;
  BlobTable blobs_;
};

}  // namespace yestermail
