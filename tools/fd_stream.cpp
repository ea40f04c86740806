// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/fd_stream.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"

namespace yestermail {

FdStream::FdStream(int fd) : std::ostream(nullptr), buffer_(fd) {
  rdbuf(&buffer_);
  exceptions(std::ios::badbit);  // Lets through what the buffer throws.
}

FdStream::~FdStream() {
  try {
    flush();
  } catch (...) {  // Whoever wants to know flushes before.
  }
}

FdStream::Buffer::Buffer(int fd) : fd_(fd) { setp(bytes_.data(), bytes_.data() + bytes_.size()); }

void FdStream::Buffer::write_all(const char* from, std::size_t size) {
  while (size > 0) {
    const auto done = ::write(fd_, from, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && errno == EPIPE) throw OutputClosed{};
    if (done < 0) throw_errno(errno, "standard output");
    from += done;
    size -= static_cast<std::size_t>(done);
  }
}

void FdStream::Buffer::flush_buffer() {
  const auto size = static_cast<std::size_t>(pptr() - pbase());
  setp(bytes_.data(), bytes_.data() + bytes_.size());  // Before the write: what failed is not written again.
  write_all(bytes_.data(), size);
}

FdStream::Buffer::int_type FdStream::Buffer::overflow(int_type c) {
  flush_buffer();
  if (!traits_type::eq_int_type(c, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(c);
    pbump(1);
  }
  return traits_type::not_eof(c);
}

int FdStream::Buffer::sync() {
  flush_buffer();
  return 0;
}

std::streamsize FdStream::Buffer::xsputn(const char* text, std::streamsize size) {
  if (size > epptr() - pptr()) flush_buffer();
  if (size > epptr() - pptr()) {
    write_all(text, static_cast<std::size_t>(size));
  } else {
    std::memcpy(pptr(), text, static_cast<std::size_t>(size));
    pbump(static_cast<int>(size));
  }
  return size;
}

void guard_standard_files() {
  std::signal(SIGPIPE, SIG_IGN);
  int fd = ::open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDONLY);
  if (fd >= 0) ::close(fd);
}

unsigned terminal_columns(int fd) {
  if (::isatty(fd) == 0) return 0;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace yestermail
