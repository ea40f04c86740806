// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace yestermail {

/// The directory that a watcher was given: its name, the kernel's name for it, and whether it is still the same one.
/// Holds nothing open, so that its file system can be unmounted. One thread uses it.
class WatchedRoot {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Throws kNotFound where `path` is no directory, kUsage where it is not absolute.
  explicit WatchedRoot(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }  ///< as given, without slashes at the end

  /// The name below path() of a directory that the kernel calls `kernel_path`; nothing where that is not below the
  /// root.
  [[nodiscard]] std::optional<std::string> name_of(std::string_view kernel_path) const;

  /// Opened with `flags` (and O_DIRECTORY); not valid where another directory, or none, stands there now.
  [[nodiscard]] Fd open(int flags) const;

  /// False once another directory, or none, stands there. Looks at most every two seconds; `at_once`: now.
  [[nodiscard]] bool is_there(bool at_once = false);
  [[nodiscard]] Time next_look() const { return next_look_; }
  [[nodiscard]] dev_t device() const { return identity_.device; }

 private:
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    std::array<int, 2> file_system{};
    bool operator==(const Identity&) const = default;
  };
  static std::optional<Identity> identity_of(int directory);

  std::string path_;
  std::string canonical_;  // Empty for "/", so that a slash and a name can follow it.
  Identity identity_;
  Time next_look_;
  bool gone_ = false;
};

/// Why the kernel cannot tell of all changes in the file system of this directory: others change it too. Empty where it
/// can.
std::string why_not_told(int directory);

/// "directory/name", also for the directory "/".
std::string entry_path(std::string_view directory, std::string_view name);

}  // namespace yestermail
