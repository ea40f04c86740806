// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace yestermail {

/// An open file of a store. Reads may come from several threads at once; writes from one.
class File {
 public:
  virtual ~File() = default;
  /// Fills `into` from `offset` as far as the file goes; returns how many bytes that were.
  [[nodiscard]] virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const = 0;
  virtual void write_at(std::uint64_t offset, ByteView bytes) = 0;
  /// On return the bytes survive a power cut. After an Error from here nothing is known about what was written
  /// since the last sync: the caller must give the file up, never try again.
  virtual void sync() = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

/// Held by one process until destroyed or until the process ends, however it ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// The seam between a store and its disk: nothing else in store/ touches the disk, but for SQLite's own files, which
/// are derived. Tests cut the power behind it. Paths are as the system takes them. Safe for concurrent use.
/// Every failure is an Error of throw_errno().
class Filesystem {
 public:
  enum class Open {
    kRead,
    kReadWrite,
    kCreate,  ///< new and empty, for reading and writing; fails if the name is taken
  };

  virtual ~Filesystem() = default;
  virtual std::unique_ptr<File> open(const std::string& path, Open how) = 0;
  /// Replaces `to` if it is there. Durable only after sync_directory() of both parents.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  virtual void remove(const std::string& path) = 0;  ///< a file, or an empty directory
  virtual void make_directory(const std::string& path) = 0;
  /// On return the names in `path` survive a power cut.
  virtual void sync_directory(const std::string& path) = 0;
  /// Names in a directory, sorted, without . and ..
  [[nodiscard]] virtual std::vector<std::string> list(const std::string& path) = 0;
  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  /// nullptr: another process (or another lock of this one) has it. Makes the file if it is not there.
  [[nodiscard]] virtual std::unique_ptr<FileLock> try_lock(const std::string& path) = 0;
};

/// The whole file. An Error where it is longer than `limit`.
Bytes read_file(Filesystem& disk, const std::string& path, std::uint64_t limit = 1U << 30U);

/// Makes `directory/name` with these bytes, replacing what had that name: after a power cut at any step the old or the
/// new file is there, whole. The name directory/.name.tmp is used on the way.
void write_durably(Filesystem& disk, const std::string& directory, const std::string& name, ByteView bytes);

/// Makes the directory and its missing parents below `root`, which is there, each name durable.
void make_directories(Filesystem& disk, const std::string& root, const std::string& relative);

/// Removes a file if it is there.
void remove_if_there(Filesystem& disk, const std::string& path);

/// Removes a file, or a directory with all that is in it.
void remove_tree(Filesystem& disk, const std::string& path);

}  // namespace yestermail
