// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/clock.h"

namespace yestermail {

/// An instant to look at, and how long what is seen there stays true.
struct Moment {
  Instant at;            ///< kForever: what is there now
  Instant stamp;         ///< changes whenever what is seen at `at` may have changed
  bool settled = false;  ///< nothing can be recorded at or before `at` any more
  auto operator<=>(const Moment&) const = default;
};

}  // namespace yestermail
