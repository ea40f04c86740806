// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/uuid.h"

namespace yestermail {

/// What an entry of a directory is. The numbers are the format's (docs/format.md 3).
enum class EntryKind : std::uint8_t {
  kDirectory = 1,
  kMessage = 2,  ///< a mail in cur/ or new/
  kFile = 3,     ///< any other file: keywords, uidlist, subscriptions, ACL, sieve
  kAccount = 4,  ///< in the server account only: one incarnation of a mailbox owner
};

/// Why a version began. The numbers are the format's.
enum class Cause : std::uint8_t {
  kArrived = 1,  ///< the item was not there before
  kRenamed = 2,  ///< same directory or new/ -> cur/: flags, keywords, a folder's new name
  kMoved = 3,    ///< to another folder
  kChanged = 4,  ///< other bytes under the same identity
  kTouched = 5,  ///< only time, mode or owner
};

/// The state of an item at an instant: one entry of one directory.
struct EntryState {
  EntryKind kind = EntryKind::kFile;
  ItemId parent = kNoItem;       ///< kNoItem for a root
  std::string name;              ///< bytes as on the source's disk
  std::optional<Digest> digest;  ///< the blob; none for a directory
  std::uint64_t size = 0;        ///< of the blob, in bytes
  std::int64_t mtime_ns = 0;     ///< nanoseconds since 1970
  std::uint32_t mode = 0;        ///< permission bits only, 0777 at most
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string sender;           ///< of a message: decoded UTF-8, for names only; at most 200 bytes
  std::string subject;          ///< likewise
  std::optional<Uuid> account;  ///< kAccount: which incarnation
  std::string source;           ///< kAccount: where it is scanned from, as a source specification for this one account
  std::string layout;           ///< kAccount: "maildir++" or "fs"

  bool operator==(const EntryState&) const = default;
};

/// A version as stored: an item's state over [since, until); `until` is kForever while it lasts.
struct Version {
  VersionId id;
  ItemId item;
  /// The version whose size, mtime, mode, owner and bytes this one shares: its own id, or that of an earlier version
  /// of the same item when only the name or the folder changed. One body is one inode in the mount.
  VersionId body;
  Cause cause = Cause::kArrived;
  Instant since;
  Instant until = kForever;
  EntryState state;
};

/// True where both would be one inode: same bytes, size, time, mode and owner.
inline bool same_body(const EntryState& a, const EntryState& b) {
  return a.kind == b.kind && a.digest == b.digest && a.size == b.size && a.mtime_ns == b.mtime_ns && a.mode == b.mode &&
         a.uid == b.uid && a.gid == b.gid;
}

/// One change of an account's history, as asked for. A Put opens a version of `item` (and closes the one that lasted);
/// where another item has the same name in the same directory, that one ends (it was overwritten). A Remove closes
/// the item's version; of a directory it closes nothing below it: whoever removes a directory removes its entries too.
struct Put {
  ItemId item;
  Cause cause = Cause::kArrived;
  EntryState state;
  VersionId body{};  ///< of the item's earlier version if same_body(), else 0: then the new version's own
};
struct Remove {
  ItemId item;
};
using Change = std::variant<Put, Remove>;

/// Why changes may have been missed. The numbers are the format's.
enum class GapReason : std::uint8_t {
  kNotWatched = 1,    ///< nobody watched: the watcher was not running
  kEventsLost = 2,    ///< the kernel dropped events
  kQueueFull = 3,     ///< more was to be looked at than is kept in mind
  kSourceGone = 4,    ///< the source was not there: not mounted, removed
  kStoreRefused = 5,  ///< the store could not take it: its disk was full
};

/// A span in which changes may have been missed. What is recorded before and after it is right.
struct Gap {
  Instant from;
  Instant until;
  GapReason reason = GapReason::kNotWatched;
  std::string text;  ///< for people: what it is about; printable

  bool operator==(const Gap&) const = default;
};

}  // namespace yestermail
