// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/archive_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.h"

namespace yestermail {
namespace {

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

[[noreturn]] void refuse_taken(const std::string& path) {
  throw Error(Errc::kUsage, printable(path) + ": is there already and is never overwritten: name another file");
}

[[noreturn]] void fail_write(const std::string& path) {
  if (errno == EFBIG)
    throw Error(Errc::kNoSpace, printable(path) + ": larger than a file may be here: name another disk");
  throw_errno(errno, printable(path));
}

void sync_directory(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) throw_errno(errno, printable(path));
}

}  // namespace

std::string directory_of_path(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

ArchiveFile::ArchiveFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
  if (is_there(path_)) refuse_taken(path_);
  // Another export may publish or remove its part between our open and our lock.
  for (int tries = 0; !hold_part(); ++tries) {
    if (tries == 100) throw Error(Errc::kFailed, printable(part_) + ": comes and goes");
  }
  if (is_there(path_)) {
    ::unlink(part_.c_str());
    refuse_taken(path_);
  }
  if (::ftruncate(fd_.get(), 0) != 0) throw_errno(errno, printable(part_));
}

/// False: what was opened has not that name any more.
bool ArchiveFile::hold_part() {
  fd_ = Fd(::open(part_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd_.valid()) throw_errno(errno, printable(part_));
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(Errc::kUsage, printable(part_) + ": another export writes to it: name another file");
  }
  struct stat ours {};
  struct stat named {};
  if (::fstat(fd_.get(), &ours) != 0) throw_errno(errno, printable(part_));
  if (!S_ISREG(ours.st_mode)) throw Error(Errc::kUsage, printable(part_) + ": is no file: name another one");
  return ::lstat(part_.c_str(), &named) == 0 && named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
}

ArchiveFile::~ArchiveFile() {
  if (!published_) ::unlink(part_.c_str());
}

void ArchiveFile::write(ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_write(path_);
    size_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  behind_.written(fd_.get(), size_);
}

void ArchiveFile::publish() {
  if (::fsync(fd_.get()) != 0) fail_write(path_);
  if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) refuse_taken(path_);
    // Some file systems know no such rename; a link refuses a name that is taken as well.
    if (errno != EINVAL) throw_errno(errno, printable(path_));
    if (::link(part_.c_str(), path_.c_str()) != 0) {
      if (errno == EEXIST) refuse_taken(path_);
      throw_errno(errno, printable(path_));
    }
    ::unlink(part_.c_str());
  }
  published_ = true;
  sync_directory(directory_of_path(path_));
}

}  // namespace yestermail
