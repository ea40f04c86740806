// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <istream>
#include <optional>
#include <string>

namespace yestermail {

/// What the kernel says of a mount.
struct MountInfo {
  std::string device;  ///< "0:42"
  std::string type;    ///< "ext4", "fuse.yestermail"
};

/// The topmost mount on exactly this path, from the text of /proc/self/mountinfo (proc(5)).
std::optional<MountInfo> find_mount(std::istream& mountinfo, const std::string& path);

/// Likewise of this process; asks nothing of the mounted filesystem itself.
std::optional<MountInfo> find_mount(const std::string& path);

}  // namespace yestermail
