// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/ids.h"
#include "store/entry.h"
#include "store/watch_report.h"

namespace yestermail {

/// One incarnation of an account. A deleted and re-created one has another number and uuid under the same name.
struct Account {
  AccountNumber number;
  Uuid uuid;
  std::string name;
  std::string source;
  std::string layout;
  Instant since;
  Instant until = kForever;
};

/// The bytes of one blob. Every byte that read() gives was checked against a digest; Error{kDamage} otherwise, and a
/// line in the log that names the blob. Safe for concurrent use.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills `into` from `offset` as far as the blob goes; returns how many bytes that were.
  virtual std::size_t read(std::uint64_t offset, std::span<std::byte> into) = 0;
};

/// How much a store holds, for `status`.
struct StoreFigures {
  std::uint64_t accounts = 0;       ///< living ones
  std::uint64_t items = 0;          ///< messages and files that exist now
  std::uint64_t versions = 0;       ///< rows of history
  std::uint64_t blobs = 0;          ///< different ones, counted per account
  std::uint64_t logical_bytes = 0;  ///< what the items that exist now would take as files
  std::uint64_t history_bytes = 0;  ///< what all different blobs would take as files
  std::uint64_t stored_bytes = 0;   ///< what the store takes on its disk, everything included
  std::uint64_t journal_blobs = 0;  ///< blobs that still stand in the journal only
  std::uint64_t raw_bytes = 0;      ///< what is kept of these blobs before compression: shared parts once, decoded
  std::uint64_t pack_bytes = 0;     ///< the packs that hold it, compressed
};

/// The read side of a store: accounts, entries and bytes as of any instant. It takes no lock that a writer, a purge or
/// another reader would wait for, and holds no transaction open between calls. Safe for concurrent use. Memory does
/// not grow with the number of items. An instant of kForever looks at what is there now.
///
/// Damage of derived files is mended on the way where the writer lock is free (they are rebuilt from the truth);
/// otherwise, and for damage of the truth itself, a call throws Error{kDamage} and a log line names what is affected.
class View {
 public:
  virtual ~View() = default;

  /// Accounts that existed at `at`, by name.
  virtual std::vector<Account> accounts(Instant at) = 0;
  virtual std::optional<Account> account_named(std::string_view name, Instant at) = 0;
  virtual std::optional<Account> account(AccountNumber number) = 0;
  /// True: a question about this account needs no file to be opened, which takes a thousand times as long as the
  /// answer.
  virtual bool is_at_hand(AccountNumber number) = 0;

  /// Ids of the entries of a directory at an instant, ascending. Reads rows that are results and no others. With
  /// `kind`, only those of that kind (this reads every row of the directory at that instant).
  virtual std::vector<VersionId> list(AccountNumber account, ItemId directory, Instant at) = 0;
  virtual std::vector<Version> list_kind(AccountNumber account, ItemId directory, Instant at, EntryKind kind) = 0;
  virtual std::optional<Version> version(AccountNumber account, VersionId id) = 0;
  /// As many of `ids` as there are, in the same order: one call for a batch.
  virtual std::vector<Version> versions(AccountNumber account, std::span<const VersionId> ids) = 0;
  virtual std::optional<Version> lookup(AccountNumber account, ItemId directory, std::string_view name, Instant at) = 0;
  virtual std::optional<Version> item_at(AccountNumber account, ItemId item, Instant at) = 0;
  /// All versions of one item, oldest first.
  virtual std::vector<Version> history(AccountNumber account, ItemId item) = 0;

  /// Versions that began or ended in [from, until), by the instant of what happened, oldest first; at most `limit`.
  struct Happening {
    Instant at;
    bool ended = false;  ///< the version ended without a successor at the same instant: the item was deleted
    Version version;
  };
  virtual std::vector<Happening> happenings(AccountNumber account, Instant from, Instant until, std::size_t limit) = 0;

  /// What one sees over time. The instant of the account's newest change at or before `at`; 0: none. What is seen of
  /// two instants with the same newest change is the same.
  virtual Instant last_change(AccountNumber account, Instant at) = 0;
  /// Ids of the versions that are there at `at` and not at `other`, ascending. Takes as long as there were changes
  /// between the two.
  virtual std::vector<VersionId> differences(AccountNumber account, Instant at, Instant other) = 0;
  /// Versions that ended as the last ones of their items, by instant and id: behind `after` and before `until`, at most
  /// `limit`. What came back as the same item is not among them.
  struct Deletion {
    Instant at;
    VersionId version;
  };
  virtual std::vector<Deletion> deletions(AccountNumber account, const Deletion& after, Instant until,
                                          std::size_t limit) = 0;
  /// Ids of the versions, ascending, that items in a directory had last by `at`: of those that are there at `at` and
  /// of those that were deleted there before. With kDirectories it reads no others.
  enum class Among : std::uint8_t { kAll, kDirectories };
  virtual std::vector<VersionId> last_versions(AccountNumber account, ItemId directory, Instant at, Among among) = 0;
  /// For each content whether some entry of the account has it at `at`.
  virtual std::vector<bool> have_contents(AccountNumber account, std::span<const Digest> contents, Instant at) = 0;

  /// All versions that have a content, by their ids.
  virtual std::vector<Version> with_content(AccountNumber account, const Digest& content) = 0;
  /// Where a version stands in the order in which versions began, and became visible.
  struct Beginning {
    Instant at;
    VersionId version;
    auto operator<=>(const Beginning&) const = default;
  };
  /// Versions that stand behind `after` in this order, at most `limit`: what is new to who has read so far.
  virtual std::vector<Version> begun_after(AccountNumber account, const Beginning& after, std::size_t limit) = 0;

  virtual std::unique_ptr<BlobReader> open_blob(AccountNumber account, const Digest& digest) = 0;
  /// The whole contents of many versions, in their order, for who reads ahead: one question of the catalog for all of
  /// them, and one content in memory at a time. `sink` gets an index into `versions` and the bytes, which are there as
  /// long as it runs. Left out is what has no content, has more than kMostContentBytes or cannot be had; nothing is
  /// logged of that.
  static constexpr std::uint64_t kMostContentBytes = 1U << 20U;
  using ContentSink = std::function<void(std::size_t index, ByteView content)>;
  virtual void contents(AccountNumber account, std::span<const VersionId> versions, const ContentSink& sink) = 0;

  /// Gaps of the account that overlap [from, until), by their start; of kServerAccount those that are about all
  /// accounts.
  virtual std::vector<Gap> gaps(AccountNumber account, Instant from, Instant until) = 0;

  /// What the real-time scanner said of itself last; nothing where there never was one.
  virtual std::optional<WatchReport> watch_report() = 0;

  /// Hours (their starts) in which anything in the store changed, ascending.
  virtual std::vector<Instant> active_hours() = 0;
  /// The instant of the newest transaction; 0 in an empty store.
  virtual Instant last_instant() = 0;

  virtual StoreFigures figures() = 0;
  virtual StoreFigures account_figures(AccountNumber account) = 0;
};

}  // namespace yestermail
