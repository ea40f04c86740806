// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/fd.h"
#include "scanner/file_stat.h"

namespace yestermail {

/// Why something was not opened.
struct Denial {
  enum class Kind {
    kGone,     ///< no such name (any more)
    kRefused,  ///< it is there, and never to be read: symlink, FIFO, device, another owner's hard link, a mountpoint
    kFailed,   ///< the system would not: permission, I/O error
  };
  Kind kind = Kind::kFailed;
  std::string why;
};

/// What an errno of the system says of it.
Denial denial_of(int error);

/// An open file or directory and what the kernel said of it then.
struct Opened {
  Fd fd;
  FileStat stat;
};

using OpenResult = std::variant<Opened, Denial>;

/// A tree whose owner may be hostile, held by its root: everything is opened strictly beneath it, with no symlink
/// followed, no mountpoint crossed, no device waited for, and no access time changed (where the kernel lets us: as the
/// owner or root). Threads: const members from any thread.
class Beneath {
 public:
  /// `root` is an open directory.
  explicit Beneath(Opened root);

  /// `path` is relative; empty is the root. May be longer than the system's limit for a path.
  [[nodiscard]] OpenResult open_directory(const std::string& path) const;

  /// A regular file in a directory that open_directory() gave. One that has more than one name and another owner than
  /// the root is refused: somebody linked a file here that is not his.
  [[nodiscard]] OpenResult open_file(int directory, const std::string& name) const;

  /// The same for a file that may be reached over symlinks, as long as all of it stays beneath the root.
  [[nodiscard]] OpenResult open_file_over_links(const std::string& path) const;

  /// What stands at `path`; nothing, and errno in `error`, where it cannot be said. Symlinks on the way are not guarded
  /// against: only good for a comparison with what is known.
  [[nodiscard]] std::optional<FileStat> look(const std::string& path, int* error = nullptr) const;

  [[nodiscard]] int root() const { return root_.fd.get(); }
  [[nodiscard]] const FileStat& root_stat() const { return root_.stat; }

 private:
  [[nodiscard]] OpenResult check_file(OpenResult opened) const;
  Opened root_;
};

/// Opens the directory at `path` below `directory` with no symlink on the way; mountpoints may be crossed.
OpenResult open_directory_beneath(int directory, const std::string& path);

/// Opens a directory that the administrator named: symlinks are followed.
OpenResult open_named_directory(const std::string& path);

}  // namespace yestermail
