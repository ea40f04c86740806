// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "fs/finder.h"
#include "fs/named_instant.h"
#include "store/check_state.h"
#include "store/view.h"

namespace yestermail {

/// One account for one user, who need not be the owner that was recorded: all files are shown as theirs.
struct SingleAccount {
  std::string account;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// How a store is mounted.
struct MountOptions {
  std::string store_path;                 ///< for the overlap check and the README
  std::string store_id;                   ///< shown in .status; may be empty
  std::string mountpoint;                 ///< an empty directory
  std::vector<std::string> source_paths;  ///< directories that mail is scanned from: no mountpoint may overlap them
  std::vector<std::string> fuse_options;  ///< as -o gives them, one or comma-separated: allow_other, closed…; never rw
  unsigned threads = 4;                   ///< at most so many requests at once; fewer than 4 are 4
  std::string fuse_device = "/dev/fuse";
  /// No other account is there, and nobody but this user and root can look inside. Only root can mount so; once
  /// mounted, it is served as the owner of the store and with no other right.
  std::optional<SingleAccount> single{};
  /// Unmounts when nothing was asked for so long and nothing is in use; 0: never.
  std::chrono::seconds idle{0};
  /// Gets a line for each file that is opened: by whom, and which. Called on any thread, several at once.
  std::function<void(std::string_view line)> audit{};
  NamedInstants named = {};                 ///< shown beside the listed times
  std::function<CheckState()> checks = {};  ///< for .status
  Finder* finder = nullptr;                 ///< for search/; outlives the mount; without one there is none
};

/// Refuses what cannot or must not be mounted, with one line that names the way out: Error{kUsage} for a mountpoint
/// that is missing, no directory, not empty, or that lies inside, above or at the store or a source, and for options
/// that a read-only mount cannot have; Error{kFailed} where there is no /dev/fuse. A mountpoint on which a killed mount
/// still hangs ("Transport endpoint is not connected") is freed on the way. Call it before forking: it opens nothing.
void check_mountpoint(const MountOptions& options);

/// Mounts `view`, calls `ready` when the kernel has the mount (everything below it can be used from then on), serves
/// until it is unmounted or the process gets SIGTERM, SIGINT or SIGHUP, unmounts and returns. Does check_mountpoint()
/// itself. Where others are let in (allow_other), each user sees the own account and nothing of the others (fs/gate.h).
/// Starts threads: a program that goes to the background forks first, then opens its view, then calls this.
/// One at a time in a process, from any thread; the signals of the process are as before on return. Memory stays below
/// 64 MiB whatever is walked; for that malloc's thresholds are fixed for the process.
/// Errors before `ready` are thrown; after it, a request that fails is answered with an errno and logged.
void serve_mount(View& view, const Clock& clock, Log& log, const MountOptions& options,
                 const std::function<void()>& ready);

}  // namespace yestermail
