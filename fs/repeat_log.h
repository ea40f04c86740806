// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"

namespace yestermail {

/// Passes errors on, but not the same line again within ten seconds: one broken thing under `find` is one line, not a
/// million. Safe for concurrent use.
class RepeatLog {
 public:
  RepeatLog(Log& log, const Clock& clock) : log_(log), clock_(clock) {}

  void error(std::string_view line) {
    constexpr std::int64_t kQuiet = 10 * kMicrosPerSecond;
    const std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    if (line == last_ && now.value < when_.value + kQuiet) return;
    last_ = line;
    when_ = now;
    log_.error(line);
  }

 private:
  Log& log_;
  const Clock& clock_;
  std::mutex mutex_;
  std::string last_;  // Guarded by mutex_, as when_.
  Instant when_;
};

}  // namespace yestermail
