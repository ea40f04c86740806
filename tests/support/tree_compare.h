// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace yestermail::test {

/// What a directory holds, without what is below.
std::set<std::string> names_in(const std::string& directory);

struct TreeEntry {
  char type = '-';  ///< '-' file, 'd' directory, 'l' link, 'o' anything else
  mode_t mode = 0;  ///< permission bits
  uid_t uid = 0;
  gid_t gid = 0;
  std::uint64_t size = 0;     ///< of a file
  std::int64_t mtime_ns = 0;  ///< nanoseconds since 1970
  Digest digest;              ///< of a file's bytes
  std::string target;         ///< of a link
};

/// Path relative to the root -> what is there; the root itself is not in it. Links are not followed.
using DiskTree = std::map<std::string, TreeEntry>;

/// What counts as a difference. Names, types and bytes always do.
struct TreeRules {
  bool mtimes = true;            ///< of everything but directories
  bool directory_mtimes = true;  ///< of directories
  bool modes = true;
  bool owners = true;
  /// Relative paths to leave out, with all below them.
  std::function<bool(std::string_view path)> ignore = nullptr;
};

/// Throws std::system_error where something cannot be read: nothing is left out silently.
DiskTree read_tree(const std::string& root, const TreeRules& rules = {});

/// One line a difference, empty if there is none; at most `limit` lines, the last then tells how many more.
std::vector<std::string> differences(const DiskTree& want, const DiskTree& have, const TreeRules& rules = {},
                                     std::size_t limit = 20);
std::vector<std::string> compare_trees(const std::string& want, const std::string& have, const TreeRules& rules = {},
                                       std::size_t limit = 20);

/// Lines joined for a test's message.
std::string joined(const std::vector<std::string>& lines);

}  // namespace yestermail::test
