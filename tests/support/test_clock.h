// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>

#include "base/clock.h"

namespace yestermail::test {

/// A clock that stands still until it is told to move. Safe for concurrent use.
class TestClock final : public Clock {
 public:
  /// Starts at 2026-11-22T10:00:00Z.
  TestClock() = default;
  explicit TestClock(Instant start) : micros_(start.value) {}

  [[nodiscard]] Instant now() const override { return Instant{micros_}; }
  void set(Instant instant) { micros_ = instant.value; }
  void advance_micros(std::int64_t micros) { micros_ += micros; }
  void advance_seconds(std::int64_t seconds) { micros_ += seconds * kMicrosPerSecond; }

 private:
  std::atomic<std::int64_t> micros_{1'795'341'600LL * kMicrosPerSecond};
};

}  // namespace yestermail::test
