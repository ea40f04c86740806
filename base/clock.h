// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>

#include "base/strong.h"

namespace yestermail {

/// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted. In one store strictly increasing.
using Instant = Strong<std::int64_t, struct InstantTag>;

/// The end of what has not ended; also the instant at which "latest" looks.
inline constexpr Instant kForever{std::numeric_limits<std::int64_t>::max()};

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kNanosPerMicro = 1'000;
inline constexpr std::int64_t kNanosPerSecond = kMicrosPerSecond * kNanosPerMicro;

/// Where the time comes from. Safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

/// The machine's clock. Only programs make one.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

}  // namespace yestermail
