// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace yestermail::test {

/// Some bytes of a file of a store; the path is relative to the store.
struct Region {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// Class of bytes ("account pack: frame header") -> where such bytes stand in the store at `path`. Found from
/// docs/format.md alone, not with the code that is tested.
std::map<std::string, std::vector<Region>> byte_classes(const std::string& path);

/// All regular files, relative to the store, that are not empty.
std::vector<std::string> store_files(const std::string& path);

}  // namespace yestermail::test
