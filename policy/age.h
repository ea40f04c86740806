// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace yestermail {

/// How long something is kept, as people write it.
struct Age {
  std::string text;         ///< 90d, 12w, 6mon, 2y or forever
  std::int64_t micros = 0;  ///< of no meaning for `forever`
  bool forever = false;
};

/// A day has 24 hours, a week 7 days, a month 31 and a year 366: rather longer than shorter. At least a day, at most a
/// thousand years. nullopt: no age.
std::optional<Age> parse_age(std::string_view text);

/// What ended at this instant or before has outlived the age; nullopt: nothing ever does.
std::optional<Instant> outlived_by(const std::optional<Age>& age, Instant now);

}  // namespace yestermail
