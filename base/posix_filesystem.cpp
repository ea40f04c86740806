// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/posix_filesystem.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "base/c_ptr.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/write_behind.h"

namespace yestermail {
namespace {

class PosixFile final : public File {
 public:
  PosixFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const auto n = ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_errno(errno, path_);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  void write_at(std::uint64_t offset, ByteView bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto n = ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_errno(errno, path_);
      done += static_cast<std::size_t>(n);
    }
    behind_.written(fd_.get(), offset + bytes.size());
  }

  void sync() override {
    if (::fdatasync(fd_.get()) != 0) throw_errno(errno, path_ + " (sync)");
  }

  [[nodiscard]] std::uint64_t size() const override {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) throw_errno(errno, path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  Fd fd_;
  std::string path_;
  WriteBehind behind_{4U << 20U};
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Fd fd) : fd_(std::move(fd)) {}

 private:
  Fd fd_;  // flock() belongs to the open file: closing it, or the end of the process, gives it back.
};

}  // namespace

std::unique_ptr<File> PosixFilesystem::open(const std::string& path, Open how) {
  int flags = O_CLOEXEC | O_NOFOLLOW;
  if (how == Open::kRead) flags |= O_RDONLY;
  if (how == Open::kReadWrite) flags |= O_RDWR;
  if (how == Open::kCreate) flags |= O_RDWR | O_CREAT | O_EXCL;
  Fd fd(::open(path.c_str(), flags, 0600));
  if (!fd.valid()) throw_errno(errno, path);
  return std::make_unique<PosixFile>(std::move(fd), path);
}

void PosixFilesystem::rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) throw_errno(errno, from + " -> " + to);
}

void PosixFilesystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return;
  if (errno != EISDIR || ::rmdir(path.c_str()) != 0) throw_errno(errno, path);
}

void PosixFilesystem::make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) throw_errno(errno, path);
}

void PosixFilesystem::sync_directory(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) throw_errno(errno, path + " (sync)");
}

std::vector<std::string> PosixFilesystem::list(const std::string& path) {
  const CPtr<DIR, closedir> dir(::opendir(path.c_str()));
  if (!dir) throw_errno(errno, path);
  std::vector<std::string> names;
  while (true) {
    errno = 0;  // The only way to tell the end of the directory from a failure.
    const auto* entry = ::readdir(dir.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw_errno(errno, path);
  std::sort(names.begin(), names.end());
  return names;
}

bool PosixFilesystem::exists(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) throw_errno(errno, path);
  return false;
}

std::unique_ptr<FileLock> PosixFilesystem::try_lock(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) throw_errno(errno, path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return nullptr;
    throw_errno(errno, path);
  }
  return std::make_unique<PosixLock>(std::move(fd));
}

}  // namespace yestermail
