// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

namespace yestermail {

/// True for what making a derived file anew mends: it is damaged, or not there.
[[nodiscard]] inline bool is_derived_damage(const Error& error) {
  return error.code() == Errc::kDamage || error.code() == Errc::kNotFound;
}

}  // namespace yestermail
