// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::uint64_t kStrict = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
constexpr std::uint64_t kStrictOneDevice = kStrict | RESOLVE_NO_XDEV;
constexpr int kOpenFile = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

int openat2(int directory, const char* path, int flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = resolve;
  return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}

/// Only the owner and root may ask that the access time stays; a lease or a rename on the way is waited for shortly.
int open_patiently(int directory, const std::string& path, int flags, std::uint64_t resolve) {
  flags |= O_NOATIME;
  for (int tries = 0;;) {
    const int fd = openat2(directory, path.c_str(), flags, resolve);
    if (fd >= 0) return fd;
    if (errno == EPERM && (flags & O_NOATIME) != 0) {
      flags &= ~O_NOATIME;
    } else if (errno == EINTR) {
      continue;
    } else if (errno == EAGAIN && ++tries < 5) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    } else {
      return -1;
    }
  }
}

OpenResult with_stat_of(Fd fd) {
  int error = 0;
  const auto stat = stat_of(fd.get(), &error);
  if (!stat) return denial_of(error);
  return Opened{std::move(fd), *stat};
}

/// A path longer than the system takes is walked in pieces.
OpenResult open_directory_resolved(int directory, std::string_view path, std::uint64_t resolve) {
  constexpr std::size_t kPiece = 3000;
  Fd held;
  while (path.size() > kPiece) {
    const auto slash = path.rfind('/', kPiece);
    if (slash == std::string_view::npos) return denial_of(ENAMETOOLONG);
    Fd next(open_patiently(directory, std::string(path.substr(0, slash)), kDirectory, resolve));
    if (!next.valid()) return denial_of(errno);
    held = std::move(next);
    directory = held.get();
    path.remove_prefix(slash + 1);
  }
  Fd fd(open_patiently(directory, path.empty() ? "." : std::string(path), kDirectory, resolve));
  if (!fd.valid()) return denial_of(errno);
  return with_stat_of(std::move(fd));
}

}  // namespace

Denial denial_of(int error) {
  switch (error) {
    case ENOENT: return {Denial::Kind::kGone, "it is gone"};
    case ELOOP: return {Denial::Kind::kRefused, "a symbolic link, which is never followed"};
    case EXDEV: return {Denial::Kind::kRefused, "another file system is mounted there; give it a source of its own"};
    case ENXIO: return {Denial::Kind::kRefused, "not a regular file"};
    case ENOTDIR: return {Denial::Kind::kRefused, "not a directory"};
    case ENOSYS: return {Denial::Kind::kFailed, "this kernel has no openat2(2); Linux 5.6 or newer is needed"};
    default: return {Denial::Kind::kFailed, std::strerror(error)};
  }
}

Beneath::Beneath(Opened root) : root_(std::move(root)) {}

OpenResult Beneath::open_directory(const std::string& path) const {
  return open_directory_resolved(root(), path, kStrictOneDevice);
}

OpenResult Beneath::open_file(int directory, const std::string& name) const {
  Fd fd(open_patiently(directory, name, kOpenFile, kStrictOneDevice));
  if (!fd.valid()) return denial_of(errno);
  return check_file(with_stat_of(std::move(fd)));
}

OpenResult Beneath::open_file_over_links(const std::string& path) const {
  constexpr std::uint64_t kLinksBeneath = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  Fd fd(open_patiently(root(), path, kOpenFile & ~O_NOFOLLOW, kLinksBeneath));
  if (!fd.valid()) return denial_of(errno);
  return check_file(with_stat_of(std::move(fd)));
}

std::optional<FileStat> Beneath::look(const std::string& path, int* error) const {
  int reason = 0;
  const auto seen = stat_at(root(), path, &reason);
  if (error != nullptr) *error = reason;
  if (seen || reason != ENAMETOOLONG) return seen;
  const auto slash = path.rfind('/');
  const auto parent = open_directory(path.substr(0, slash));
  if (slash == std::string::npos || std::holds_alternative<Denial>(parent)) return std::nullopt;
  return stat_at(std::get<Opened>(parent).fd.get(), path.substr(slash + 1), error);
}

OpenResult Beneath::check_file(OpenResult opened) const {
  if (std::holds_alternative<Denial>(opened)) return opened;
  const auto& stat = std::get<Opened>(opened).stat;
  if (stat.kind != FileStat::Kind::kRegular) return Denial{Denial::Kind::kRefused, "not a regular file"};
  if (stat.links > 1 && stat.uid != root_.stat.uid) {
    return Denial{Denial::Kind::kRefused, "a hard link to a file of another owner"};
  }
  return opened;
}

OpenResult open_directory_beneath(int directory, const std::string& path) {
  return open_directory_resolved(directory, path, kStrict);
}

OpenResult open_named_directory(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return denial_of(errno);
  return with_stat_of(std::move(fd));
}

}  // namespace yestermail
