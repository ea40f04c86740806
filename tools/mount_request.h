// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "fs/mount.h"
#include "tools/arguments.h"
#include "tools/environment.h"

namespace yestermail {

/// What `yestermail mount` was asked for, by options of its own or in -o: the mount's settings and where lines go.
struct MountRequest {
  MountOptions mount;
  std::optional<std::string> log;
  std::optional<std::string> audit;
  bool foreground = false;
};

/// Error{kUsage}: what was given does not go together, or is no such thing. Paths in it are absolute.
MountRequest read_mount_request(const Arguments& arguments, const Environment& env);

}  // namespace yestermail
