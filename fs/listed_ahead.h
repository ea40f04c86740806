// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fs/node.h"

namespace yestermail {

/// Entries of an open directory that were read before anybody asked for them, while the caller still works on those
/// that it got: so it waits less in a large folder. One thread at a time.
class ListedAhead {
 public:
  /// Gives the entries behind a cursor, in order, until the sink has enough.
  using List = std::function<void(std::uint64_t cursor, const EntrySink& sink)>;

  /// The entries behind `cursor`: those that are here already, then what `list` gives.
  void list(std::uint64_t cursor, const EntrySink& sink, const List& list);

  /// Has `count` entries behind `cursor` here, or as many as there are.
  void fill(std::uint64_t cursor, std::size_t count, const List& list);

  void clear();

 private:
  struct Row {
    std::string name;
    Node node;
    std::uint64_t cursor;
  };

  std::uint64_t after_ = 0;  // rows_[next_] and what follows stand behind this cursor.
  std::size_t next_ = 0;
  std::vector<Row> rows_;
};

}  // namespace yestermail
