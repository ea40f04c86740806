// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch/watched_root.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::chrono::seconds kBetweenLooks{2};

struct FreeText {
  void operator()(char* text) const { std::free(text); }  // NOLINT(cppcoreguidelines-no-malloc): realpath()'s
};

/// File systems that somebody changes behind this kernel's back. linux/magic.h does not have all of them.
const char* shared_file_system(unsigned type) {
  switch (type) {
    case NFS_SUPER_MAGIC: return "NFS";
    case 0x65735546: return "FUSE";
    case 0xff534d42:
    case 0xfe534d42:
    case 0x517b: return "SMB";
    case V9FS_MAGIC: return "9P";
    case 0x00c36400: return "Ceph";
    case 0x5346414f:
    case 0x6b414653: return "AFS";
    case 0x0bd00bd0: return "Lustre";
    case 0x7461636f: return "OCFS2";
    case 0x01161970: return "GFS2";
    case 0x47504653: return "GPFS";
    default: return nullptr;
  }
}

}  // namespace

WatchedRoot::WatchedRoot(const std::string& path) : path_(path) {
  if (path.empty() || path.front() != '/') throw Error(Errc::kUsage, printable(path) + ": must be an absolute path");
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  const std::unique_ptr<char, FreeText> canonical(::realpath(path_.c_str(), nullptr));
  if (canonical == nullptr) throw_errno(errno, printable(path_));
  canonical_ = canonical.get();
  if (canonical_ == "/") canonical_.clear();
  const Fd fd(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) throw_errno(errno, printable(path_));
  const auto identity = identity_of(fd.get());
  if (!identity) throw_errno(errno, printable(path_));
  identity_ = *identity;
  next_look_ = std::chrono::steady_clock::now() + kBetweenLooks;
}

std::optional<std::string> WatchedRoot::name_of(std::string_view kernel_path) const {
  if (!kernel_path.starts_with(canonical_)) return std::nullopt;
  kernel_path.remove_prefix(canonical_.size());
  if (kernel_path.empty() || kernel_path == "/") return path_;
  if (kernel_path.front() != '/') return std::nullopt;
  return entry_path(path_, kernel_path.substr(1));
}

Fd WatchedRoot::open(int flags) const {
  Fd fd(::open(path_.c_str(), flags | O_DIRECTORY | O_CLOEXEC));
  return fd.valid() && identity_of(fd.get()) == identity_ ? std::move(fd) : Fd();
}

bool WatchedRoot::is_there(bool at_once) {
  const auto now = std::chrono::steady_clock::now();
  if (!gone_ && (at_once || now >= next_look_)) {
    next_look_ = now + kBetweenLooks;
    gone_ = !open(O_PATH).valid();
  }
  return !gone_;
}

std::optional<WatchedRoot::Identity> WatchedRoot::identity_of(int directory) {
  struct stat stat {};
  struct statfs info {};
  if (::fstat(directory, &stat) != 0 || ::fstatfs(directory, &info) != 0) return std::nullopt;
  Identity identity{stat.st_dev, stat.st_ino, {}};
  static_assert(sizeof info.f_fsid == sizeof identity.file_system);
  std::memcpy(identity.file_system.data(), &info.f_fsid, sizeof info.f_fsid);
  return identity;
}

std::string why_not_told(int directory) {
  struct statfs info {};
  if (::fstatfs(directory, &info) != 0) return "";
  const char* name = shared_file_system(static_cast<unsigned>(info.f_type));
  if (name == nullptr) return "";
  return std::string("this is ") + name + ", where the kernel does not tell of what others change";
}

std::string entry_path(std::string_view directory, std::string_view name) {
  std::string path;
  path.reserve(directory.size() + 1 + name.size());
  path = directory;
  if (path != "/") path += '/';
  return path += name;
}

}  // namespace yestermail
