// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount_info.h"

#include <fstream>
#include <sstream>
#include <string_view>

namespace yestermail {
namespace {

/// Spaces and such are written as backslash and three octal digits.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 3 >= text.size()) {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    for (std::size_t digit = 1; digit <= 3; ++digit) value = value * 8 + static_cast<unsigned>(text[i + digit] - '0');
    out += static_cast<char>(static_cast<unsigned char>(value));
    i += 3;
  }
  return out;
}

}  // namespace

std::optional<MountInfo> find_mount(std::istream& mountinfo, const std::string& path) {
  std::optional<MountInfo> found;
  for (std::string line; std::getline(mountinfo, line);) {
    std::istringstream fields(line);
    std::string id, parent, device, root, point, word;
    fields >> id >> parent >> device >> root >> point;
    while (fields >> word && word != "-") {
    }
    std::string type;
    fields >> type;
    if (unescaped(point) == path) found = MountInfo{device, type};
  }
  return found;
}

std::optional<MountInfo> find_mount(const std::string& path) {
  std::ifstream mountinfo("/proc/self/mountinfo");
  return find_mount(mountinfo, path);
}

}  // namespace yestermail
