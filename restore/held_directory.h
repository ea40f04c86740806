// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/fd.h"

namespace yestermail {

/// Who new files belong to and which permission bits they get.
struct FileOwner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mode = 0700;  ///< of a directory; a file gets the bits of these that are not for executing
};

/// An open directory in a tree whose owner may be hostile. What is below it is reached one name at a time and never
/// through a symbolic link. Nothing that is there is ever overwritten. A failed call is an Error that names the path.
/// One thread at a time.
class HeldDirectory {
 public:
  /// Opens a directory that the administrator named: symbolic links in `path` are followed.
  static HeldDirectory open(const std::string& path);

  /// The directory `name` in this one; nullopt: there is none.
  [[nodiscard]] std::optional<HeldDirectory> child(const std::string& name) const;
  /// The same, made if it is not there; then it belongs to `owner`, and its name survives a power cut. One that root
  /// made and had not given to `owner` yet when it was killed is given now.
  [[nodiscard]] HeldDirectory make_child(const std::string& name, const FileOwner& owner) const;

  /// A new empty file for writing, readable for nobody else until give() is called.
  [[nodiscard]] Fd create(const std::string& name) const;
  /// Makes a file what a file of `owner` is.
  void give(const Fd& file, const FileOwner& owner, const std::string& name) const;
  /// Opens a regular file for reading; nullopt: there is none of that name, or it is no regular file.
  [[nodiscard]] std::optional<Fd> read(const std::string& name) const;
  /// A regular file whole, 1 MiB at most; nullopt: there is none.
  [[nodiscard]] std::optional<std::string> text(const std::string& name) const;

  /// Gives a file of this directory another name in `to` and takes the old one away. False: that name is taken.
  [[nodiscard]] bool move_to(const std::string& name, const HeldDirectory& to, const std::string& new_name) const;
  /// Replaces the file `name` by the file `by` of this directory.
  void replace(const std::string& name, const std::string& by) const;
  /// Does nothing where there is no such file.
  void remove(const std::string& name) const;

  /// Removes an empty directory; does nothing where there is none, or where it is not empty.
  void remove_empty_child(const std::string& name) const;

  /// Names in it, without . and ..
  [[nodiscard]] std::vector<std::string> names() const;
  /// On return the names in it survive a power cut.
  void sync() const;
  /// On return all that was written to its file system survives a power cut.
  void sync_file_system() const;

  [[nodiscard]] FileOwner owner() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  HeldDirectory(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }

  Fd fd_;
  std::string path_;  // As it was reached: for messages alone.
};

}  // namespace yestermail
