// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "scanner/watch/watched_root.h"
#include "scanner/watch/watcher.h"

namespace yestermail {

/// From the file handle of a directory to its path, remembered as long as no directory was renamed. Most events of a
/// file system are about directories that do not matter: telling so is one look into a table, without an allocation.
/// Bounded: at most 65,536 directories are remembered. One thread uses it.
class HandlePaths {
 public:
  struct Directory {
    bool matters = false;
    bool above = false;  ///< `path` is of a directory above: the own path is longer than the kernel can tell
    std::string path;    ///< as WatchedRoot names it
  };

  HandlePaths(const WatchedRoot& root, DirectoryFilter matters);

  /// Throws Error where this process may not open directories by handle, or the file system has no handles.
  void check_permission() const;

  /// `handle`: the type and the bytes of a file handle. Good until the next call. Of a directory that is gone it does
  /// not matter what happened in it: the event in the directory above tells.
  const Directory& find(std::string_view handle);

  void forget_all();

  /// Lets go of the file system, so that it can be unmounted; find() opens it again. False: find() could not.
  bool let_go();

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
  };
  using Table = std::unordered_map<std::string, Directory, Hash, std::equal_to<>>;

  Directory resolve(std::string_view handle, bool& keep);
  Directory path_of(Fd directory) const;
  const Directory& remember(std::string_view handle, Directory directory);

  const WatchedRoot& root_;
  const DirectoryFilter matters_;
  Fd mount_;  // Any directory of the file system; open_by_handle_at() wants one.
  bool root_gone_ = false;
  Table young_;  // Looked for in the last half of the time; takes over from the other one when full.
  Table old_;
  Directory unknown_;  // What could not be found out: the root, with `above`.
};

}  // namespace yestermail
