// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "scanner/watch/watched_root.h"
#include "scanner/watch/watcher.h"

namespace yestermail {

/// What is mounted in a watched tree, where it matters. Without /proc it seems that there is nothing. One thread uses
/// it.
class MountsBelow {
 public:
  MountsBelow(const WatchedRoot& root, DirectoryFilter matters);

  /// Their names, in order.
  [[nodiscard]] const std::vector<std::string>& all() const { return mounts_; }

  /// Looks again if anything was mounted or unmounted in the system; true if all() is another list now.
  bool look_again();

 private:
  [[nodiscard]] std::vector<std::string> read() const;

  const WatchedRoot& root_;
  const DirectoryFilter matters_;
  Fd table_;
  std::vector<std::string> mounts_;
};

}  // namespace yestermail
