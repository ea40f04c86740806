// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/recorder.h"

struct stat;

namespace yestermail {

/// What the kernel says about a name, as far as a scan wants to know it.
struct FileStat {
  enum class Kind : std::uint8_t { kRegular, kDirectory, kSymlink, kOther };
  Kind kind = Kind::kOther;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::uint64_t links = 0;
  std::uint32_t mode = 0;  ///< permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

FileStat file_stat(const struct stat& raw);

/// errno in `error` where it fails.
std::optional<FileStat> stat_of(int fd, int* error = nullptr);
/// Of `path` below a directory; a symlink at its end is not followed. Only to compare with what was recorded.
std::optional<FileStat> stat_at(int directory, const std::string& path, int* error = nullptr);

inline DirectoryMark mark_of(const FileStat& seen) { return {seen.mtime_ns, seen.ctime_ns, seen.inode}; }

/// An entry's time, mode, owner and size as on disk now; the rest as in `state`.
EntryState with_stat(EntryState state, const FileStat& seen);

/// The time by which the kernel stamps files now, in nanoseconds since 1970: not a clock to tell the time with.
std::int64_t file_clock_ns();

}  // namespace yestermail
