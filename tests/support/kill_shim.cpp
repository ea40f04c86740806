// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into a program: counts the calls that change a disk, over all threads, and ends the program with SIGKILL at
// the call number YM_KILL_AT. Without it, writes the count to the file YM_KILL_COUNT when the program ends. Every
// second kill within a write lets half of the bytes through first.

// Both names of each call are wanted (open and open64), so none may be turned into the other.
#undef _FILE_OFFSET_BITS
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<long> g_calls{0};

long kill_at() {
  static const long number = [] {
    const char* text = getenv("YM_KILL_AT");
    return text == nullptr ? 0L : strtol(text, nullptr, 10);
  }();
  return number;
}

/// True if this call is the one to die in. `fd` of 0 to 2 is the terminal's and does not count.
bool is_last(int fd = -1) {
  if (fd >= 0 && fd <= 2) return false;
  const long target = kill_at();
  return ++g_calls == target && target > 0;
}

void die() {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

void count_call(int fd = -1) {
  if (is_last(fd)) die();
}

ssize_t write_some(int fd, const void* bytes, size_t size, off64_t at, bool positioned) {
  if (is_last(fd)) {
    const size_t part = kill_at() % 2 == 0 ? size / 2 : 0;
    if (part > 0 && positioned) syscall(SYS_pwrite64, fd, bytes, part, at);
    if (part > 0 && !positioned) syscall(SYS_write, fd, bytes, part);
    die();
  }
  if (positioned) return syscall(SYS_pwrite64, fd, bytes, size, at);
  return syscall(SYS_write, fd, bytes, size);
}

int open_at(int directory, const char* path, int flags, unsigned mode) {
  if ((flags & O_CREAT) != 0) count_call();
  return static_cast<int>(syscall(SYS_openat, directory, path, flags, mode));
}

/// The mode that open() was given, if flags say that there is one.
#define MODE_AFTER(flags)                         \
  unsigned mode = 0;                              \
  if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) { \
    va_list rest;                                 \
    va_start(rest, flags);                        \
    mode = va_arg(rest, unsigned);                \
    va_end(rest);                                 \
  }

__attribute__((destructor)) void report_count() {
  const char* path = getenv("YM_KILL_COUNT");
  if (path == nullptr) return;
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  char text[32];
  const int size = snprintf(text, sizeof text, "%ld\n", g_calls.load());
  syscall(SYS_write, fd, text, size);
  syscall(SYS_close, fd);
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) { return write_some(fd, bytes, size, 0, false); }
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) { return write_some(fd, bytes, size, at, true); }
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) { return write_some(fd, bytes, size, at, true); }
ssize_t writev(int fd, const struct iovec* parts, int count) {
  count_call(fd);
  return syscall(SYS_writev, fd, parts, count);
}

int fsync(int fd) {
  count_call();
  return static_cast<int>(syscall(SYS_fsync, fd));
}
int fdatasync(int fd) {
  count_call();
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}
int ftruncate(int fd, off_t size) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_ftruncate, fd, size));
}
int ftruncate64(int fd, off64_t size) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_ftruncate, fd, size));
}
int fallocate(int fd, int mode, off_t at, off_t size) {
  count_call();
  return static_cast<int>(syscall(SYS_fallocate, fd, mode, at, size));
}
int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  count_call();
  return static_cast<int>(syscall(SYS_fallocate, fd, mode, at, size));
}

int rename(const char* from, const char* to) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int renameat(int from_directory, const char* from, int to_directory, const char* to) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_renameat2, from_directory, from, to_directory, to, 0));
}
int renameat2(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}
int link(const char* from, const char* to) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_linkat, from_directory, from, to_directory, to, flags));
}
int syncfs(int fd) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_syncfs, fd));
}
int unlink(const char* path) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}
int unlinkat(int directory, const char* path, int flags) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_unlinkat, directory, path, flags));
}
int rmdir(const char* path) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}
int mkdir(const char* path, mode_t mode) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}
int mkdirat(int directory, const char* path, mode_t mode) __THROW {
  count_call();
  return static_cast<int>(syscall(SYS_mkdirat, directory, path, mode));
}

int open(const char* path, int flags, ...) {
  MODE_AFTER(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  MODE_AFTER(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int directory, const char* path, int flags, ...) {
  MODE_AFTER(flags)
  return open_at(directory, path, flags, mode);
}
int openat64(int directory, const char* path, int flags, ...) {
  MODE_AFTER(flags)
  return open_at(directory, path, flags, mode);
}

}  // extern "C"
