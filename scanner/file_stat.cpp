// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/file_stat.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <ctime>

#include "base/clock.h"

namespace yestermail {
namespace {

/// Times that do not fit (year 2262 and later) become the largest that does.
std::int64_t nanoseconds(const timespec& time) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(std::int64_t{time.tv_sec}, kNanosPerSecond, &result) ||
      __builtin_add_overflow(result, std::int64_t{time.tv_nsec}, &result)) {
    return time.tv_sec < 0 ? INT64_MIN : INT64_MAX;
  }
  return result;
}

FileStat::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileStat::Kind::kRegular;
  if (S_ISDIR(mode)) return FileStat::Kind::kDirectory;
  if (S_ISLNK(mode)) return FileStat::Kind::kSymlink;
  return FileStat::Kind::kOther;
}

}  // namespace

FileStat file_stat(const struct stat& raw) {
  FileStat result;
  result.kind = kind_of(raw.st_mode);
  result.size = static_cast<std::uint64_t>(raw.st_size);
  result.mtime_ns = nanoseconds(raw.st_mtim);
  result.ctime_ns = nanoseconds(raw.st_ctim);
  result.inode = raw.st_ino;
  result.device = raw.st_dev;
  result.links = raw.st_nlink;
  result.mode = raw.st_mode & 0777U;
  result.uid = raw.st_uid;
  result.gid = raw.st_gid;
  return result;
}

std::optional<FileStat> stat_of(int fd, int* error) {
  struct stat raw {};
  if (::fstat(fd, &raw) == 0) return file_stat(raw);
  if (error != nullptr) *error = errno;
  return std::nullopt;
}

std::optional<FileStat> stat_at(int directory, const std::string& path, int* error) {
  struct stat raw {};
  const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (path.empty() ? AT_EMPTY_PATH : 0);
  if (::fstatat(directory, path.c_str(), &raw, flags) == 0) return file_stat(raw);
  if (error != nullptr) *error = errno;
  return std::nullopt;
}

EntryState with_stat(EntryState state, const FileStat& seen) {
  if (state.kind != EntryKind::kDirectory) state.size = seen.size;
  state.mtime_ns = seen.mtime_ns;
  state.mode = seen.mode;
  state.uid = seen.uid;
  state.gid = seen.gid;
  return state;
}

std::int64_t file_clock_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return nanoseconds(now);
}

}  // namespace yestermail
