// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/like_content.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace yestermail {
namespace {

constexpr std::size_t kSample = 4096;
constexpr std::size_t kPlaces = 3;
constexpr double kMinBits = 7.8;  ///< a byte; random bytes show 7.95 in a sample of this size

double bits_per_byte(ByteView sample) {
  std::array<std::uint32_t, 256> counts{};
  for (const auto byte : sample) ++counts[static_cast<unsigned char>(byte)];
  double bits = 0;
  const auto size = static_cast<double>(sample.size());
  for (const auto count : counts) {
    if (count > 0) bits -= count * std::log2(count / size);
  }
  return bits / size;
}

}  // namespace

bool looks_compressed(ByteView bytes) {
  if (bytes.size() < kSample) return false;
  // All places have to look so: a document may hold pictures between text.
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const auto at = (bytes.size() - kSample) * place / (kPlaces - 1);
    if (bits_per_byte(bytes.subspan(at, kSample)) < kMinBits) return false;
  }
  return true;
}

}  // namespace yestermail
