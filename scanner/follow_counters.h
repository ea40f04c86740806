// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/log.h"

namespace yestermail {

/// What following the sources has done so far. Safe for concurrent use.
struct FollowCounters {
  std::atomic<std::uint64_t> hints{0};
  std::atomic<std::uint64_t> looks{0};
  std::atomic<std::uint64_t> recorded{0};
  std::atomic<std::uint64_t> reconciles{0};
  std::atomic<std::uint64_t> failures{0};
};

/// Tells the log of items that cannot be recorded: each line once, and after that again only when others have come
/// between, so that a file that is looked at a thousand times is one line. Safe for concurrent use.
class FailureLog {
 public:
  FailureLog(Log& log, FollowCounters& counters) : log_(log), counters_(counters) {}
  void failed(const std::string& line) {
    ++counters_.failures;
    {
      const std::lock_guard lock(mutex_);
      if (told_.size() >= kRemembered) told_.clear();
      if (++told_[line] > 1) return;
    }
    log_.warning(line);
  }

 private:
  static constexpr std::size_t kRemembered = 1000;
  Log& log_;
  FollowCounters& counters_;
  std::mutex mutex_;
  std::map<std::string, int> told_;  // Guarded by mutex_.
};

}  // namespace yestermail
