// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch/mounts_below.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/octal_escapes.h"

namespace yestermail {
namespace {

std::string whole_text(int fd) {
  std::string text;
  std::array<char, 16'384> piece{};
  if (::lseek(fd, 0, SEEK_SET) != 0) return text;
  for (ssize_t size = 0; (size = ::read(fd, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(size));
  return text;
}

/// The fifth word of a line.
std::string mount_point(std::string_view line) {
  for (int word = 0; word < 4; ++word) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) return "";
    line.remove_prefix(blank + 1);
  }
  return without_octal_escapes(line.substr(0, line.find(' ')));
}

}  // namespace

MountsBelow::MountsBelow(const WatchedRoot& root, DirectoryFilter matters)
    : root_(root), matters_(std::move(matters)), table_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)) {
  mounts_ = read();
}

bool MountsBelow::look_again() {
  if (!table_.valid()) return false;
  pollfd polled{table_.get(), POLLPRI, 0};
  if (::poll(&polled, 1, 0) <= 0) return false;
  auto now = read();
  if (now == mounts_) return false;
  mounts_ = std::move(now);
  return true;
}

std::vector<std::string> MountsBelow::read() const {
  std::vector<std::string> found;
  if (!table_.valid()) return found;
  const auto text = whole_text(table_.get());
  for (std::string_view left = text; !left.empty();) {
    const auto line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    const auto name = root_.name_of(mount_point(line));
    if (name && *name != root_.path() && matters_(*name)) found.push_back(*name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace yestermail
