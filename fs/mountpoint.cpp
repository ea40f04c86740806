// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mountpoint.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "base/error.h"
#include "base/fd.h"
#include "fs/mount_info.h"
#include "fs/mount_options.h"

namespace yestermail {
namespace {

namespace stdfs = std::filesystem;

[[noreturn]] void refuse(const std::string& mountpoint, const std::string& why) {
  throw Error(Errc::kUsage, "cannot mount on \"" + printable(mountpoint) + "\": " + why);
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

bool same(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

/// True where `inner` is `outer` or lies below it, by whatever name.
bool is_within(const std::string& inner, const struct stat& outer) {
  std::error_code failed;
  for (auto path = stdfs::canonical(inner, failed); !failed; path = path.parent_path()) {
    const auto status = status_of(path.string());
    if (status && same(*status, outer)) return true;
    if (path == path.root_path()) break;
  }
  return false;
}

void refuse_overlap(const std::string& mountpoint, const std::string& other, const std::string& what) {
  const auto here = status_of(mountpoint);
  const auto there = status_of(other);
  if (other.empty() || !here || !there) return;
  const auto name = what + " \"" + printable(other) + "\"";
  if (same(*here, *there)) refuse(mountpoint, "it is " + name + " itself; choose a directory outside of it");
  if (is_within(mountpoint, *there))
    refuse(mountpoint, "it lies inside " + name + "; choose a directory outside of it");
  if (is_within(other, *here))
    refuse(mountpoint, name + " lies inside it and would be hidden; choose an empty directory");
}

void unmount(const std::string& path, int how, std::string flags) {
  if (::umount2(path.c_str(), how) == 0 || errno == EBUSY) return;
  std::string program = "fusermount3";
  std::string separator = "--";
  std::string target = path;
  std::array<char*, 5> arguments{program.data(), flags.data(), separator.data(), target.data(), nullptr};
  std::array<char*, 1> no_environment{nullptr};
  pid_t child = 0;
  if (::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments.data(), no_environment.data()) != 0) return;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
}

/// A mount whose process was killed answers nothing but ENOTCONN until it is taken away. Its attributes may still be
/// in the kernel's cache: only opening it asks for sure.
bool is_dead_mount(const std::string& mountpoint) {
  const Fd directory(::open(mountpoint.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return !directory.valid() && errno == ENOTCONN;
}

void free_dead_mount(const std::string& mountpoint) {
  const auto path = mountpoint_path(mountpoint);
  const auto mount = find_mount(path);
  if (!mount || mount->type != "fuse.yestermail") {
    refuse(mountpoint, "a dead mount of another filesystem hangs on it; unmount it first");
  }
  unmount(path, MNT_DETACH, "-uz");
  if (is_dead_mount(mountpoint)) {
    refuse(mountpoint, "a mount that was killed hangs on it and cannot be taken away; try fusermount3 -uz");
  }
}

}  // namespace

std::string mountpoint_path(const std::string& mountpoint) {
  // The last name is not looked at: a dead mount may hang on it.
  stdfs::path path = stdfs::absolute(mountpoint).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  std::error_code failed;
  const auto parent = stdfs::canonical(path.parent_path(), failed);
  if (failed) return path.string();
  const auto joined = parent / path.filename();
  return stdfs::is_symlink(joined, failed) ? stdfs::canonical(joined, failed).string() : joined.string();
}

void unmount_if_unused(const std::string& path) { unmount(path, UMOUNT_NOFOLLOW, "-uq"); }

void check_mountpoint(const MountOptions& options) {
  const auto& mountpoint = options.mountpoint;
  static_cast<void>(mount_options(options.fuse_options));
  if (options.single && ::geteuid() != 0) {
    throw Error(Errc::kUsage, "only root can mount an account for a user; run it with sudo");
  }
  if (mountpoint.empty()) throw Error(Errc::kUsage, "no mountpoint given");
  if (is_dead_mount(mountpoint)) free_dead_mount(mountpoint);
  const auto status = status_of(mountpoint);
  if (!status && errno == ENOENT) refuse(mountpoint, "it is not there; make it with mkdir");
  if (!status) throw_errno(errno, "cannot mount on \"" + printable(mountpoint) + "\"");
  if (!S_ISDIR(status->st_mode)) refuse(mountpoint, "it is no directory");
  refuse_overlap(mountpoint, options.store_path, "the store");
  for (const auto& source : options.source_paths) refuse_overlap(mountpoint, source, "the source");
  std::error_code failed;
  const bool empty = stdfs::is_empty(mountpoint, failed);
  if (failed) throw_errno(failed.value(), "cannot mount on \"" + printable(mountpoint) + "\"");
  if (!empty) {
    const auto mount = find_mount(mountpoint_path(mountpoint));
    const bool ours = mount && mount->type == "fuse.yestermail";
    refuse(mountpoint, ours ? "a store is mounted there already; umount it first" : "it is not empty");
  }
  if (::access(options.fuse_device.c_str(), F_OK) != 0) {
    throw Error(Errc::kFailed, "cannot mount: there is no " + printable(options.fuse_device) +
                                   "; load the fuse module (modprobe fuse), or give the container this device");
  }
}

}  // namespace yestermail
