// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/temp_directory.h"

namespace yestermail::test {

/// A store with bulk, packed and journaled data, deletions, an ended account and shared attachments, made once a
/// process; and copies of it to be damaged. Closed by its writer.
class DamagedCopy {
 public:
  DamagedCopy();
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& file) const { return path_ + "/" + file; }
  /// The store as it was.
  static const std::string& original();

  void flip(const std::string& file, std::uint64_t offset) const;
  /// All files whose path below the store ends so, sorted.
  [[nodiscard]] std::vector<std::string> files(const std::string& ending) const;

 private:
  TempDirectory temp_{TempDirectory::Where::kMemory};
  std::string path_ = temp_ / "store";
};

}  // namespace yestermail::test
