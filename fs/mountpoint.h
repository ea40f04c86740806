// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "fs/mount.h"

namespace yestermail {

/// The absolute name by which the kernel lists a mount on this directory; looks at its parents only, so that it works
/// where a dead mount hangs on it.
std::string mountpoint_path(const std::string& mountpoint);

/// Takes away what is mounted there unless something in it is in use; says nothing of how that went.
void unmount_if_unused(const std::string& path);

}  // namespace yestermail
