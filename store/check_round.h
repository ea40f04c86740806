// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "store/check.h"

namespace yestermail {

/// Notes that a check of everything begins. `goes_on`: with what an earlier one has left.
void begin_check_round(CheckState& state, CheckLevel level, Instant now, bool goes_on);

/// How a check ended.
struct CheckEnd {
  Instant at;
  CheckLevel level = kLastCheckLevel;
  bool of_everything = false;  ///< it was asked for
  bool stopped = false;
  std::uint64_t left = 0;
  bool damaged = false;
};
/// Notes it. `seen_since`: whether all that is there was looked at since then, at least as deep.
void end_check_round(CheckState& state, const CheckEnd& end, const std::function<bool(Instant)>& seen_since);

}  // namespace yestermail
