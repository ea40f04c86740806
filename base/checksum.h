// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace yestermail {

/// XXH3, 64 bits (https://xxhash.com, stable since 0.8.0): finds damage, not malice. The `seed` ties the sum to where
/// the bytes belong, so that bytes that are right but stand in the wrong place do not pass.
[[nodiscard]] std::uint64_t checksum(ByteView bytes, std::uint64_t seed = 0);

}  // namespace yestermail
