// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "scanner/beneath.h"
#include "store/recorder.h"

namespace yestermail {

/// Directories of the root of an account that stand elsewhere on the disk: sieve scripts of the home directory, and
/// the control files of CONTROL=. No mailbox may have these names.
inline constexpr std::string_view kHomeName = "@home";
inline constexpr std::string_view kControlTree = "@control";

/// The trees that an account is recorded from.
enum class TreeKind : std::uint8_t { kMail, kHome, kControl };
inline constexpr std::size_t kTrees = 3;

/// A directory of an account as this scan sees it.
struct ScannedDirectory {
  ScannedDirectory* above = nullptr;  ///< none: the root of the account
  TreeKind tree = TreeKind::kMail;
  std::string path;  ///< in its tree; "" is the tree's root
  ItemId item;
  ItemId parent;
  std::string name;                   ///< in the account
  std::optional<Version> recorded;    ///< as the store has it; none: new
  std::optional<DirectoryMark> mark;  ///< as remembered
  FileStat seen;                      ///< before it was listed
  bool visited = false;               ///< `seen` is valid
  bool exact = false;                 ///< the entries taken from it are those of one moment
  bool settled = false;               ///< `seen` is old enough to be remembered
  bool holds_messages = false;        ///< cur or new
  std::atomic<bool> clean{true};      ///< false: something in it is not recorded as it stands there; no mark
};

/// A file to be read.
struct Reading {
  ScannedDirectory* directory = nullptr;
  ScannedDirectory* sibling = nullptr;  ///< new of a cur, cur of a new: where a message may have gone meanwhile
  std::string name;
  ItemId item;
  EntryKind kind = EntryKind::kFile;
  Cause cause = Cause::kArrived;          ///< how its name came to be; other bytes make it kChanged
  bool over_links = false;                ///< a file of the home directory that may be a link to another there
  std::unique_ptr<const Version> before;  ///< the version that it follows; none: it arrived
};

/// One account in one scan. The planner fills it, then hands its readings to the workers; the last of them finishes it.
struct AccountRun {
  AccountNumber number;
  std::string name;
  std::array<std::unique_ptr<const Beneath>, kTrees> trees;

  // Filled by the planner; constant from the first reading on, but for a new account, whose directories only grow.
  std::deque<ScannedDirectory> directories;
  std::vector<Version> vanished;  ///< messages and files that are certainly gone from where they were
  /// Which recorded messages with the same bytes came a moment ago: one that vanished may be one of them. May be empty.
  std::function<std::vector<Version>(const Version&)> came_lately;
  /// Messages of `vanished` by size and time: an arrival with the same bytes is one that was moved.
  struct SizeAndTime {
    std::uint64_t size;
    std::int64_t mtime_ns;
    bool operator==(const SizeAndTime&) const = default;
  };
  struct SizeAndTimeHash {
    std::size_t operator()(const SizeAndTime& key) const noexcept {
      return std::hash<std::uint64_t>{}(key.size * 0x9E3779B97F4A7C15U ^ static_cast<std::uint64_t>(key.mtime_ns));
    }
  };
  std::unordered_multimap<SizeAndTime, std::size_t, SizeAndTimeHash> movable;
  std::vector<ItemId> removed_directories;  ///< children before parents
  /// Messages that are recorded and were not found, in folders that were not at rest: directory and name.
  std::vector<std::pair<std::string, std::string>> doubtful;
  std::vector<Put> touched_directories;
  /// Of the directory above the mail directory: now, and as remembered (as the mark of item 0).
  std::optional<std::uint64_t> parent_inode;
  std::optional<std::uint64_t> remembered_parent_inode;

  /// An arrival that may be a moved message; decided when all are read, so that threads make no difference.
  struct Held {
    std::size_t order;
    Put put;
  };
  std::mutex mutex;
  std::vector<Held> held;  // Both guarded by mutex.
  std::vector<std::pair<ItemId, DirectoryMark>> file_marks;
  std::vector<std::pair<ItemId, std::string>> came;  ///< messages that are new to the store: item and name; guarded too
  std::atomic<bool> arrival_lost{false};  ///< a new message was gone before it was read: it may be one that vanished
  std::atomic<std::size_t> open{1};       ///< readings not done, and one for the planner

  [[nodiscard]] const Beneath& tree(TreeKind kind) const { return *trees[static_cast<std::size_t>(kind)]; }
  /// Lets directories be listed again by the next scan: what the store has of them is not what is there.
  void distrust(const std::unordered_set<ItemId>& items);
  /// For a line to the administrator: account, path, name; printable.
  [[nodiscard]] std::string shown(const ScannedDirectory& directory, std::string_view name = {}) const;
};

/// The path of an entry of a directory, in its tree.
std::string path_in(const ScannedDirectory& directory, std::string_view name);

/// The one of that name among versions sorted by name; nullptr: none.
const Version* find_named(const std::vector<Version>& sorted, std::string_view name);

/// The version that a known item gets by a new state; nothing where the state is the same.
std::optional<Put> next_version(const Version& before, EntryState state, Cause cause);

}  // namespace yestermail
