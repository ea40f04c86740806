// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount_info.h"

#include <fstream>
#include <sstream>

#include "base/octal_escapes.h"

namespace yestermail {

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
    if (without_octal_escapes(point) == path) found = MountInfo{device, type};
  }
  return found;
}

std::optional<MountInfo> find_mount(const std::string& path) {
  std::ifstream mountinfo("/proc/self/mountinfo");
  return find_mount(mountinfo, path);
}

}  // namespace yestermail
