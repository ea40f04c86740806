// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "scanner/account_source.h"
#include "scanner/beneath.h"
#include "scanner/follow_counters.h"
#include "scanner/listing.h"
#include "scanner/operation_queue.h"
#include "store/recorder.h"

namespace yestermail {

/// One account that is followed: looks at the names that a watcher hinted at, and records what is different now. It
/// never believes a hint, only the disk: any merging, order or repetition of hints ends in the same. A message that is
/// not found under any name that it was said to have is held back: its deletion is recorded when a listing of its
/// folder shows it nowhere, and all hints of that time have been looked at. What names do not tell is left to a
/// reconcile. One thread at a time.
class LiveAccount {
 public:
  using Time = OperationQueue::Time;

  struct World {
    Recorder& recorder;
    FollowCounters& counters;
    FailureLog& failures;
    std::uint64_t largest_file;
    const std::atomic<std::uint64_t>& fence;
  };
  LiveAccount(const World& world, AccountSource source, AccountNumber number);

  /// What is left to do.
  struct Outcome {
    bool reconcile = false;            ///< something is there that names do not tell
    bool gone = false;                 ///< its mail directory is not there
    std::optional<Time> again;         ///< something is held back until then
    std::vector<Look> looks;           ///< to be looked at again, soon
    std::vector<std::string> folders;  ///< whose directories got other times by what was looked at
  };
  /// Looks, and records. `covered`: since hints were lost last, the account has been looked through. Until then nothing
  /// is taken for deleted: where it went may not have been told.
  Outcome work(const OperationQueue::Work& work, bool covered);

  /// Messages with the same bytes that came a moment ago, as recorded now: the one that vanished may be one of them.
  [[nodiscard]] std::vector<Version> came_lately(const Version& vanished) const;
  /// The account was looked through: folders may have been recorded anew, and what was missing has been looked for.
  /// `came`: messages that are new to the store, item and name.
  void looked_through(const std::vector<std::pair<ItemId, std::string>>& came);
  /// Nothing is held back, so it need not be kept.
  [[nodiscard]] bool is_idle() const { return missing_.empty() && gone_files_.empty(); }

 private:
  enum Side : std::size_t { kCur, kNew, kSides };
  /// Where the store has a folder.
  struct Folder {
    ItemId item;
    std::array<std::optional<ItemId>, kSides> sides;
    std::array<std::uint64_t, kSides> inodes{};  ///< of the directories, as recorded or opened first; 0: not known
  };
  /// A folder while it is looked at.
  struct OpenFolder {
    std::string path;
    Folder recorded;
    std::array<std::optional<Opened>, kSides> sides;
  };
  /// A message that is recorded in a folder and was not found there.
  struct Missing {
    Version version;
    std::uint64_t fence = 0;  ///< that has to be passed before it can be gone
    int listings = 0;         ///< that did not show it
    Time due;
  };
  using Base = std::pair<std::string, std::string>;                    ///< folder and base name
  using Names = std::multimap<std::string, std::string, std::less<>>;  ///< of files, by base name
  /// The names of messages that are missing from a folder, as both of its directories showed them.
  struct Listed {
    Time begun;
    Time ended;
    bool exact = true;  ///< together they show one moment
    std::array<Names, kSides> names;
  };
  /// A message that came a moment ago: one that vanishes elsewhere may be it.
  struct Arrival {
    Time when;
    ItemId item;
    std::string base;
  };
  /// A name of a folder with what is known of it.
  struct Candidate {
    Side side;
    std::string name;
    std::optional<FileStat> seen;
    std::optional<Version> recorded;
  };

  // live_account.cpp
  bool open(Outcome& outcome);
  std::optional<Folder> folder(const std::string& path);
  std::optional<ItemId> directory(const std::string& path);
  void look_at_file(const Look& look, Outcome& outcome);
  void file_is_gone(const Look& look, const Version& version, Outcome& outcome);
  void compare_directories(const std::string& folder, Outcome& outcome);
  void add(Put put);
  void add(Remove remove);
  void commit();

  // live_messages.cpp
  void look_at_messages(const std::vector<Look>& looks, Outcome& outcome);
  bool open_folder(const std::string& path, OpenFolder& folder, Outcome& outcome);
  void look_at_base(OpenFolder& folder, const std::string& base, std::vector<std::pair<Side, std::string>> names,
                    Outcome& outcome);
  std::vector<Candidate> candidates(OpenFolder& folder, std::vector<std::pair<Side, std::string>> names);
  void compare(OpenFolder& folder, const Candidate& candidate);
  void rename(OpenFolder& folder, const Version& before, const Candidate& candidate, Cause cause, Outcome& outcome);
  void arrive(OpenFolder& folder, const Candidate& candidate, Outcome& outcome);
  static EntryState place_of(const OpenFolder& folder, const Candidate& candidate);
  void record_content(OpenFolder& folder, Opened file, const Candidate& candidate, const Version* before, Cause cause);
  void record_large(OpenFolder& folder, Opened file, const Candidate& candidate, const Version* before, Cause cause);
  void put_content(EntryState state, const StoredBlob& blob, const FileStat& stat, ByteView head, const Version* before,
                   Cause cause, const std::function<void(Put)>& add);
  bool takes_up_missing(OpenFolder& folder, const Candidate& candidate, const std::string& base, Outcome& outcome);
  void hold_back(const OpenFolder& folder, const std::string& base, Version version);

  // live_deletions.cpp
  void confirm_missing(std::uint64_t fence, Outcome& outcome);
  void confirm_in_folder(const std::string& path, std::uint64_t fence, Outcome& outcome);
  std::optional<Listed> list_missing(const OpenFolder& folder) const;
  bool is_settled(const OpenFolder& folder, const std::string& base, Missing& missing, const Listed& listed,
                  Outcome& outcome);
  bool is_listed(const OpenFolder& folder, const std::string& base, const Version& missing, const Listed& listed,
                 Outcome& outcome);
  bool is_recorded_elsewhere(const OpenFolder& folder, Side side, const std::string& name, const Version& missing);
  bool is_there(const Version& version);
  std::optional<std::string> path_of(ItemId directory);
  void note_recorded_arrivals();
  void note_arrival(ItemId item, std::string_view name);
  ItemId folder_item(ItemId directory);
  bool message_is_gone(const Version& version);
  void forget_old_arrivals();
  [[nodiscard]] std::string shown(const std::string& directory, const std::string& name) const;

  World world_;
  View& view_;
  const AccountSource source_;
  const AccountNumber number_;
  std::optional<Beneath> mail_;  // While it works.
  bool covered_ = false;         // Likewise.
  std::unordered_map<std::string, Folder> folders_;
  std::multimap<Base, Missing> missing_;
  std::map<Look, Time> gone_files_;  // Seen gone once.
  std::deque<Arrival> arrivals_;     // Oldest first.

  // The transaction in the making.
  std::vector<Change> changes_;
  std::unordered_set<ItemId> changed_;  // Items of `changes_`: what the view has of them is old.
  std::vector<Bytes> blobs_;
  std::size_t blob_bytes_ = 0;
};

}  // namespace yestermail
