// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "store/entry.h"

namespace yestermail {

/// Which versions of directories, and of the files that explain messages (dovecot-keywords), stay for the sake of what
/// else stays. Memory grows with their number, not with that of messages. One thread.
class DirectorySpans {
 public:
  /// True for a version that is decided about here.
  static bool decides_on(const Version& version);

  /// Such a version; `due`: it goes unless something needs it.
  void add(const Version& version, bool due);
  /// Any other version that stays.
  void stays(const Version& version);

  /// One that was added, as decided.
  struct Row {
    VersionId id;
    VersionId body;
    ItemId item;
    ItemId parent;
    Instant since;
    Instant until;
    std::uint64_t size = 0;
    bool is_directory = false;
    bool due = false;
  };
  /// Decides when all was told.
  void decide();
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  /// From the first to the last instant at which something of a directory stays: rather more than less.
  struct Span {
    Instant since = kForever;
    Instant until;
    void cover(Instant from, Instant to);
    [[nodiscard]] bool overlaps(const Row& row) const { return since < row.until && row.since < until; }
  };

  void keep(Row& row);
  bool is_needed(const Row& row);

  std::vector<Row> rows_;
  std::unordered_map<VersionId, std::size_t> places_;         // In rows_.
  std::unordered_map<ItemId, std::vector<ItemId>> children_;  // Directories that ever stood in a directory.
  std::unordered_map<ItemId, Span> contents_;                 // Of directories: of all that stays in them.
  std::unordered_map<ItemId, Span> messages_;                 // Of messages alone.
  bool changed_ = false;
};

}  // namespace yestermail
