// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount_keeper.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr char kIfUnused = 'u';

/// Only calls that are safe in the child of a process with threads.
[[noreturn]] void keep(int requests, const char* path) {
  ::setsid();
  // What a user stops or ends is the process that serves.
  for (const int number : {SIGHUP, SIGINT, SIGTERM}) ::signal(number, SIG_IGN);
  for (int fd = 0; fd < 3; ++fd) ::close(fd);
  ::syscall(SYS_close_range, 3, requests - 1, 0);
  ::syscall(SYS_close_range, requests + 1, ~0U, 0);
  char request = 0;
  for (;;) {
    const auto got = ::read(requests, &request, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (request == kIfUnused) ::umount2(path, UMOUNT_NOFOLLOW);
  }
  // A mount that is gone already gives EINVAL. One that someone else made there since is no fear: nobody can while this
  // one hangs on it.
  ::umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
  ::_exit(0);
}

}  // namespace

MountKeeper::MountKeeper(const std::string& path) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno(errno, "pipe");
  const Fd from(ends[0]);
  requests_ = Fd(ends[1]);
  process_ = ::fork();
  if (process_ < 0) throw_errno(errno, "fork");
  if (process_ == 0) keep(from.get(), path.c_str());
}

MountKeeper::~MountKeeper() {
  requests_ = Fd();
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
}

void MountKeeper::unmount_if_unused() {
  while (::write(requests_.get(), &kIfUnused, 1) < 0 && errno == EINTR) continue;
}

void give_up_rights(std::uint32_t uid, std::uint32_t gid) {
  const auto check = [](long result, const char* what) {
    if (result != 0) throw_errno(errno, std::string("cannot give up rights: ") + what);
  };
  // For a store that is root's: being root gives nothing by itself any more.
  check(::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP), "securebits");
  check(::setgroups(0, nullptr), "groups");
  check(::setresgid(gid, gid, gid), "group");
  check(::setresuid(uid, uid, uid), "user");
  check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges");
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> none{};
  check(::syscall(SYS_capset, &header, none.data()), "capabilities");
}

}  // namespace yestermail
