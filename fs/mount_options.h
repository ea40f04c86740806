// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace yestermail {

/// True where "closed" was asked for: who may write is refused by the modes that are shown (EACCES), as a mail server
/// wants it, and not by a read-only filesystem (EROFS).
bool is_closed(const std::vector<std::string>& asked);

/// The -o options that FUSE gets: what was asked for, and what every mount of ours has (nosuid, nodev, noexec, noatime,
/// default_permissions and its type; ro, unless it is closed). Error{kUsage} for options that would undo one of these.
std::vector<std::string> mount_options(const std::vector<std::string>& asked);

}  // namespace yestermail
