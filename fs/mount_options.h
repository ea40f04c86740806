// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace yestermail {

/// The -o options that FUSE gets: what was asked for, and what every mount of ours has (ro, nosuid, nodev, noexec,
/// noatime, default_permissions and its type). Error{kUsage} for options that would undo one of these.
std::vector<std::string> mount_options(const std::vector<std::string>& asked);

}  // namespace yestermail
