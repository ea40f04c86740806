// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/spool.h"
#include "base/bytes.h"
#include "base/digest.h"

namespace yestermail {

/// The files that an archive says it has, and their digests: some 50 bytes of memory a file, the names on disk. First
/// all of it is added, then it is asked. One thread.
class ManifestIndex {
 public:
  explicit ManifestIndex(const std::string& spool_directory) : lines_(spool_directory) {}

  /// The next bytes of manifest.jsonl. False: they are none of a list.
  [[nodiscard]] bool add(ByteView bytes);
  /// All was added. False: it ends in a line.
  [[nodiscard]] bool close();

  /// The digest that a file must have. Nothing: it is not listed.
  [[nodiscard]] std::optional<Digest> digest_of(std::string_view path) const;
  /// False: it was taken already.
  bool take(std::string_view path);
  /// Tells the path of each file that was never taken.
  void each_left(const std::function<void(const std::string& path)>& tell);

 private:
  struct Entry {
    std::uint64_t key;  ///< of the path
    Digest digest;
    bool taken = false;
  };
  [[nodiscard]] bool add_line();
  [[nodiscard]] const Entry* find(std::string_view path) const;

  Spool lines_;
  std::string line_;
  std::vector<Entry> entries_;
};

}  // namespace yestermail
