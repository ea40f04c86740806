// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "fs/node_id.h"

namespace yestermail {

/// The files that listings told lately, in that order: it is the order in which cp, tar and grep read them. Bounded:
/// the oldest are forgotten. To tell costs next to nothing, since most walks read no file. One thread at a time.
class FileOrder {
 public:
  struct File {
    NodeId node;
    std::uint64_t size = 0;
  };
  /// Counts the files that were told since the beginning.
  using Place = std::uint64_t;

  void told(const File& file);

  /// The place of a file, the last one if it was told more than once.
  [[nodiscard]] std::optional<Place> find(NodeId file);
  /// None: nothing was told there yet, or it is forgotten.
  [[nodiscard]] const File* at(Place place) const;

 private:
  void index();

  std::vector<File> files_;  // A ring once it is full.
  Place end_ = 0;
  std::unordered_map<std::uint64_t, Place> places_;  // Of nodes; of files told before indexed_.
  Place indexed_ = 0;
};

}  // namespace yestermail
