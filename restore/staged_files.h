// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "restore/held_directory.h"
#include "store/view.h"

namespace yestermail {

/// Files that were written in one directory and have not got their names yet. Whatever still waits when this is
/// destroyed is removed; after a crash it stays there, where nobody takes it for a mail. One thread.
class StagedFiles {
 public:
  /// `directory` outlives this.
  StagedFiles(const HeldDirectory& directory, FileOwner owner) : directory_(directory), owner_(owner) {}
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;
  ~StagedFiles();

  /// Writes a whole blob, with this time. Error{kDamage} from the blob, and those of the disk; then nothing is left.
  void write(BlobReader& blob, std::int64_t mtime_ns);
  /// On return the bytes of all that waits survive a power cut.
  void sync();
  /// Gives the one that was written first its name. False: that is taken, and the file still waits.
  [[nodiscard]] bool publish_first(const HeldDirectory& to, const std::string& name);
  /// Removes the one that was written first.
  void drop_first();

  [[nodiscard]] std::size_t count() const { return names_.size(); }

 private:
  const HeldDirectory& directory_;
  const FileOwner owner_;
  std::vector<std::string> names_;
  Bytes buffer_;
};

/// A base name as a mail server makes it, that no other has: "1795341600.M123456P2Q3.host".
std::string fresh_base_name();

}  // namespace yestermail
