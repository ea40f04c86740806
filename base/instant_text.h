// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace yestermail {

/// 2026-11-22T10:15:07.123456Z; the fraction only where it is not zero.
std::string instant_text(Instant instant);

/// 2026-11-22T10-15-07Z: whole seconds, no character that a file manager or Samba minds.
std::string instant_file_name(Instant instant);

/// Reads an instant as people write it; `now` gives the relative ones their meaning. All are UTC unless an offset
/// is written. nullopt: not an instant.
///   2026            2026-11          2026-11-22          (the start of it)
///   2026-11-22T10   2026-11-22T10:15   2026-11-22T10:15:07[.123456]   then nothing, Z, +01:00 or +0100
///   2026-11-22T10-15-07Z   2026-11-22 10:15   @GMT-2026.11.22-10.15.07   @1795342507[.5]
///   now   today   yesterday (midnight)   90s-ago   5min-ago   3h-ago   2d-ago   1w-ago   6mon-ago   1y-ago
///   ("3 hours ago" and "3-hours-ago" too)
std::optional<Instant> parse_instant(std::string_view text, Instant now);

/// True for the spellings whose meaning moves with the clock.
bool is_relative_instant(std::string_view text);

}  // namespace yestermail
