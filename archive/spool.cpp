// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::size_t kBuffer = 256U << 10U;

Fd open_nameless(const std::string& directory) {
  Fd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd.valid()) return fd;
  // Not all file systems have files without a name.
  std::string name = directory + "/.yestermail-XXXXXX";
  Fd named(::mkostemp(name.data(), O_CLOEXEC));
  if (!named.valid()) throw_errno(errno, printable(directory) + ": no file can be made there");
  ::unlink(name.c_str());
  return named;
}

}  // namespace

Spool::Spool(const std::string& directory) : directory_(directory), fd_(open_nameless(directory)) {}

void Spool::append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBuffer) flush();
}

void Spool::flush() {
  for (std::size_t at = 0; at < buffer_.size();) {
    const auto written = ::write(fd_.get(), buffer_.data() + at, buffer_.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno(errno, printable(directory_) + ": a file for what is gathered");
    at += static_cast<std::size_t>(written);
  }
  written_ += buffer_.size();
  buffer_.clear();
}

void Spool::read(const std::function<void(ByteView)>& take) {
  Bytes piece(kBuffer);
  for (std::uint64_t at = 0; at < size();) {
    const auto got = read_at(at, piece);
    take(ByteView(piece).first(got));
    at += got;
  }
}

std::size_t Spool::read_at(std::uint64_t offset, std::span<std::byte> into) {
  if (!buffer_.empty()) flush();
  while (offset < written_) {
    const auto got = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, printable(directory_) + ": what was gathered");
    if (got == 0) throw Error(Errc::kIo, printable(directory_) + ": what was gathered is gone");
    return static_cast<std::size_t>(got);
  }
  return 0;
}

}  // namespace yestermail
