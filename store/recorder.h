// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/entry.h"
#include "store/view.h"
#include "store/watch_report.h"

namespace yestermail {

/// Where the bytes of a blob come from. An Error that it throws goes through to the caller of store().
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  /// Fills a part of `into`, at least a byte; 0 at the end.
  virtual std::size_t read(std::span<std::byte> into) = 0;
};

struct StoredBlob {
  Digest digest;
  std::uint64_t size = 0;
};

/// What a scanner remembers of a directory it has listed whole: while these are the same, so are the entries.
/// Derived and disposable: without it the directory is listed again.
struct DirectoryMark {
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  bool operator==(const DirectoryMark&) const = default;
};

/// Takes in much at once: blobs go straight into packs, events refer to them, and commit() makes all of it durable.
/// Memory is bounded: a few frames a thread, and the changes since the last commit.
class BulkSession {
 public:
  virtual ~BulkSession() = default;

  /// Reads `source` to its end and keeps the bytes for `account`. Any number of threads at once. The digest may be
  /// put into a Change at once; bytes and change become durable together. What is known already is not kept twice.
  virtual StoredBlob store(AccountNumber account, BlobSource& source) = 0;
  /// Queues a change for the next commit. Changes of one account are applied in the order given.
  virtual void add(AccountNumber account, Change change) = 0;
  /// Queues marks; they are written after the changes that were queued before them are.
  virtual void add_marks(AccountNumber account, std::vector<std::pair<ItemId, DirectoryMark>> marks) = 0;
  /// True when enough has gathered that the caller should commit, to bound memory and what a crash would repeat.
  [[nodiscard]] virtual bool full() const = 0;
  /// On return all that was stored and added is durable and visible; it bears the instant returned. Nothing added:
  /// does nothing and returns the last instant. No store() or add() may run meanwhile.
  virtual Instant commit() = 0;
};

/// What is to be removed of one account, for good.
struct PurgeRequest {
  AccountNumber account;
  bool whole = false;               ///< an ended incarnation with all of its history
  std::vector<VersionId> versions;  ///< otherwise these, ascending; none of them lasts unless `erase` asks so
};

/// What a purge did.
struct PurgeResult {
  std::uint64_t versions = 0;      ///< removed
  std::uint64_t blobs = 0;         ///< removed, counted per account
  std::uint64_t bytes_before = 0;  ///< of the store on its disk
  std::uint64_t bytes_after = 0;
  std::vector<std::string> left;  ///< one line for people each: what could not be removed, and why
};

/// The write side of a store: there is one, for as long as it lives, in all processes. Safe for concurrent use.
/// After an Error{kReadOnly} or a failed sync the store takes nothing more until it is opened anew.
class Recorder {
 public:
  virtual ~Recorder() = default;

  /// The same store for reading; sees what commit() or record() returned from.
  virtual View& view() = 0;

  /// Begins an incarnation; durable on return. `profile` needs name, source and layout.
  virtual AccountNumber add_account(const Account& profile) = 0;
  /// Ends an incarnation: it is gone from now on, its history stays. Durable on return.
  virtual void end_account(AccountNumber account) = 0;

  /// An id for an item that is new to the account. Ids that no change uses are lost, which does no harm.
  virtual ItemId new_item(AccountNumber account) = 0;

  virtual std::unique_ptr<BulkSession> begin_bulk() = 0;

  /// The live path: records changes that belong together as one transaction, with the blobs that they refer to and
  /// that the store may not have yet. Durable and visible on return; concurrent calls share one sync.
  virtual Instant record(AccountNumber account, std::span<const Change> changes, std::span<const Bytes> blobs) = 0;

  /// Says that changes of an account (kServerAccount: of any) may have been missed. Durable on return.
  virtual void record_gap(AccountNumber account, const Gap& gap) = 0;

  /// Replaces what the real-time scanner says of itself; not synced. Does not count as a change.
  virtual void publish(const WatchReport& report) = 0;

  virtual std::vector<std::pair<ItemId, DirectoryMark>> marks(AccountNumber account) = 0;
  /// That of one item; nothing where it has none, as after its catalog was made anew.
  virtual std::optional<DirectoryMark> mark(AccountNumber account, ItemId item) = 0;

  /// Packs what stands in finished journal segments, and waits for it; the background does the same in its own time.
  virtual void pack_now() = 0;

  /// Removes for good what the requests name, and the blobs and parts that nothing else refers to. Recording and
  /// reading go on beside it. On return every file of the store was written anew without them. Killed at any step it
  /// goes on when the store is opened for writing next. One at a time; waits for another one.
  virtual PurgeResult purge(std::span<const PurgeRequest> requests) = 0;
};

}  // namespace yestermail
