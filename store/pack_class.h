// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace yestermail {

/// Which kind of pack something is in, or will be.
enum class PackClass : std::uint8_t { kAccount = 1, kPool = 2 };

}  // namespace yestermail
