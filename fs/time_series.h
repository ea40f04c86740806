// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "base/clock.h"

namespace yestermail {

/// The instants whose directories are listed: full hours for 48 hours, midnights for 60 days, Mondays for a year,
/// firsts of the month before that; all UTC. One is listed only if something changed between the one before it in that
/// series and itself. Never after `now`. Ascending. `active_hours`: the starts of the hours in which anything changed,
/// ascending.
std::vector<Instant> time_series(const std::vector<Instant>& active_hours, Instant now);

}  // namespace yestermail
