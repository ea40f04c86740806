// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/held_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::uint32_t kNotExecutable = 0666;

[[noreturn]] void fail(const std::string& path) { throw_errno(errno, printable(path)); }

/// root alone can give files away.
void change_owner(int fd, const FileOwner& owner, const std::string& path) {
  struct stat is {};
  if (::fstat(fd, &is) != 0) fail(path);
  if ((is.st_uid != owner.uid || is.st_gid != owner.gid) && ::fchown(fd, owner.uid, owner.gid) != 0) fail(path);
}

}  // namespace

HeldDirectory HeldDirectory::open(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) fail(path);
  return {std::move(fd), path};
}

std::optional<HeldDirectory> HeldDirectory::child(const std::string& name) const {
  Fd fd(::openat(fd_.get(), name.c_str(), kDirectory));
  if (fd.valid()) return HeldDirectory(std::move(fd), path_of(name));
  if (errno == ENOENT) return std::nullopt;
  if (errno == ELOOP || errno == ENOTDIR) {
    throw Error(Errc::kFailed,
                printable(path_of(name)) + ": no directory, or a symbolic link, which is never followed");
  }
  fail(path_of(name));
}

HeldDirectory HeldDirectory::make_child(const std::string& name, const FileOwner& owner) const {
  if (auto found = child(name); found && (found->owner().uid == owner.uid || found->owner().uid != ::geteuid())) {
    return std::move(*found);
  }
  if (::mkdirat(fd_.get(), name.c_str(), 0700) != 0 && errno != EEXIST) fail(path_of(name));
  auto made = child(name);
  if (!made) throw Error(Errc::kFailed, printable(path_of(name)) + ": went away while it was being made");
  change_owner(made->fd_.get(), owner, made->path_);
  if (::fchmod(made->fd_.get(), owner.mode) != 0) fail(made->path_);
  sync();
  return std::move(*made);
}

Fd HeldDirectory::create(const std::string& name) const {
  Fd fd(::openat(fd_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) fail(path_of(name));
  return fd;
}

void HeldDirectory::give(const Fd& file, const FileOwner& owner, const std::string& name) const {
  change_owner(file.get(), owner, path_of(name));
  if (::fchmod(file.get(), owner.mode & kNotExecutable) != 0) fail(path_of(name));
}

std::optional<Fd> HeldDirectory::read(const std::string& name) const {
  Fd fd(::openat(fd_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT || errno == ELOOP || errno == ENXIO) return std::nullopt;
    fail(path_of(name));
  }
  struct stat is {};
  if (::fstat(fd.get(), &is) != 0) fail(path_of(name));
  if (!S_ISREG(is.st_mode)) return std::nullopt;
  return fd;
}

std::optional<std::string> HeldDirectory::text(const std::string& name) const {
  constexpr std::size_t kMost = 1U << 20U;
  const auto file = read(name);
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, 8192> buffer{};
  for (;;) {
    const auto got = ::read(file->get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path_of(name));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > kMost) throw Error(Errc::kFailed, printable(path_of(name)) + ": is larger than 1 MiB");
  }
}

bool HeldDirectory::move_to(const std::string& name, const HeldDirectory& to, const std::string& new_name) const {
  // A link refuses a name that is taken on every file system; renameat2() does so on some.
  if (::linkat(fd_.get(), name.c_str(), to.fd_.get(), new_name.c_str(), 0) != 0) {
    if (errno == EEXIST) return false;
    fail(to.path_of(new_name));
  }
  remove(name);
  return true;
}

void HeldDirectory::replace(const std::string& name, const std::string& by) const {
  if (::renameat(fd_.get(), by.c_str(), fd_.get(), name.c_str()) != 0) fail(path_of(name));
}

void HeldDirectory::remove(const std::string& name) const {
  if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) fail(path_of(name));
}

void HeldDirectory::remove_empty_child(const std::string& name) const {
  if (::unlinkat(fd_.get(), name.c_str(), AT_REMOVEDIR) == 0) return;
  if (errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST) fail(path_of(name));
}

std::vector<std::string> HeldDirectory::names() const {
  // A descriptor of its own: closedir() closes it, and its offset is not shared.
  const int again = ::openat(fd_.get(), ".", kDirectory);
  if (again < 0) fail(path_);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(again), ::closedir);
  if (!stream) {
    ::close(again);
    fail(path_);
  }
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) fail(path_);
  return names;
}

void HeldDirectory::sync() const {
  if (::fsync(fd_.get()) != 0) fail(path_);
}

void HeldDirectory::sync_file_system() const {
  if (::syncfs(fd_.get()) != 0) fail(path_);
}

FileOwner HeldDirectory::owner() const {
  struct stat is {};
  if (::fstat(fd_.get(), &is) != 0) fail(path_);
  return {is.st_uid, is.st_gid, is.st_mode & 0777U};
}

}  // namespace yestermail
