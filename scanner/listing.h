// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "scanner/file_stat.h"

namespace yestermail {

/// The entries of a directory as the kernel gave them. A listing is no list of what exists: an entry that is renamed
/// meanwhile may be missing or be there twice. Only an exact one shows one moment.
class Listing {
 public:
  struct Entry {
    std::string_view name;  ///< lives as long as the listing
    FileStat::Kind kind = FileStat::Kind::kOther;
    bool kind_known = false;  ///< false: the file system does not say; ask stat
    std::uint64_t inode = 0;
  };

  /// Reads the directory open at `fd` from its start. Without . and .., sorted by name as bytes, no name twice.
  [[nodiscard]] static Listing read(int fd);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] bool contains(std::string_view name) const;
  /// The directory before it was listed.
  [[nodiscard]] const FileStat& before() const { return before_; }
  /// Nothing in the directory changed from before to after the listing: what is not in it was not there.
  [[nodiscard]] bool exact() const { return exact_; }
  /// 0, or the errno that ended it early: then there are no entries.
  [[nodiscard]] int error() const { return error_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;  // What the kernel wrote; names point into it.
  std::vector<Entry> entries_;
  FileStat before_;
  bool exact_ = false;
  int error_ = 0;
};

/// True where a change after now is certain to give the directory another stamp than it has.
bool is_settled(const FileStat& directory);

/// True where the directory's stamp is old enough to be remembered, with room for coarse clocks of file servers.
bool is_old(const FileStat& directory);

/// Waits until a directory that was stamped just now can be listed exactly. At most about 25 ms.
void let_settle();

}  // namespace yestermail
