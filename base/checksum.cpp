// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/checksum.h"

#include <xxhash.h>

namespace yestermail {

std::uint64_t checksum(ByteView bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace yestermail
