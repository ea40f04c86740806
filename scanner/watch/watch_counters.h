// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "scanner/watch/watcher.h"

namespace yestermail {

/// WatcherFigures that one thread counts and all may read.
struct WatchCounters {
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> hints{0};
  std::atomic<std::uint64_t> overflows{0};
  std::atomic<std::uint64_t> directories{0};
  std::atomic<std::uint64_t> unwatched{0};

  [[nodiscard]] WatcherFigures figures() const {
    return {events.load(), hints.load(), overflows.load(), directories.load(), unwatched.load()};
  }
};

}  // namespace yestermail
