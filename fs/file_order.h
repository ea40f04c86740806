// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"

namespace yestermail {

/// The files that listings told lately, in that order: it is the order in which cp, tar and grep read them. Bounded:
/// the oldest are forgotten. One thread at a time.
class FileOrder {
 public:
  struct File {
    AccountNumber account;
    VersionId body;
    std::uint64_t size = 0;
  };
  /// Counts the files that were told since the beginning.
  using Place = std::uint64_t;

  void told(const File& file);

  /// The place of a file, the last one if it was told more than once. It is looked for a few places behind `expected`
  /// first, which costs nothing for who reads in order, then `everywhere`, if so wanted.
  [[nodiscard]] std::optional<Place> find(AccountNumber account, VersionId body, Place expected, bool everywhere) const;
  /// None: nothing was told there yet, or it is forgotten.
  [[nodiscard]] const File* at(Place place) const;

 private:
  [[nodiscard]] bool is(Place place, AccountNumber account, VersionId body) const;

  std::vector<File> files_;  // A ring once it is full.
  Place end_ = 0;
};

}  // namespace yestermail
