// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>

#include "fs/audit.h"
#include "fs/gate.h"
#include "fs/idle.h"
#include "fs/open_directories.h"
#include "fs/prefetcher.h"
#include "fs/recorded_tree.h"
#include "fs/repeat_log.h"
#include "fs/tree.h"

struct fuse_lowlevel_ops;

namespace yestermail {

/// What the requests of one mount share: the user data of its session.
struct Mount {
  Tree& tree;
  RepeatLog log;
  Gate& gate;
  std::optional<Owner> shown_owner{};  ///< everything is shown as theirs, not as it was recorded
  Audit* audit = nullptr;              ///< told of each file that is opened; nullptr: the kernel need not tell us
  LastUse* last_use = nullptr;         ///< told of each request
  Prefetcher* prefetcher = nullptr;    ///< told of what is listed and read; set before any request
  OpenDirectories directories{};
};

/// The most that one request reads, in bytes.
inline constexpr unsigned kReadBytes = 1U << 20U;

/// How each request of the kernel is answered. They run on any thread, several at once; a failure becomes an errno, and
/// a log line where nobody else wrote one. Nothing is ever changed: what would is refused with EROFS.
fuse_lowlevel_ops mount_operations();

}  // namespace yestermail
