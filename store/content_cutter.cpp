// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/content_cutter.h"

#include <algorithm>
#include <array>

namespace yestermail {
namespace {

/// Numbers that look random and are the same everywhere: splitmix64 from 0.
struct GearTable {
  std::array<std::uint64_t, 256> gears{};
  constexpr GearTable() {
    std::uint64_t state = 0;
    for (auto& gear : gears) {
      state += 0x9e3779b97f4a7c15U;
      auto z = state;
      z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
      z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
      gear = z ^ (z >> 31U);
    }
  }
};
constexpr GearTable kGear;

/// The topmost bits: of a gear hash they depend on the most bytes.
constexpr std::uint64_t mask(unsigned bits) { return ~std::uint64_t{0} << (64U - bits); }

constexpr unsigned kSmallBits = 14;   // 16 KiB: parts below 512 KiB
constexpr unsigned kMiddleBits = 16;  // 64 KiB: below 4 MiB
constexpr unsigned kLargeBits = 18;   // 256 KiB

}  // namespace

CutSize cut_size_of(std::uint64_t part_bytes) {
  if (part_bytes < (512U << 10U)) return {kSmallBits};
  return {part_bytes <= (4U << 20U) ? kMiddleBits : kLargeBits};
}

std::size_t first_chunk(ByteView bytes, const CutSize& size) {
  if (bytes.size() <= size.least()) return bytes.size();
  const auto end = std::min(bytes.size(), size.most());
  const auto middle = std::min(bytes.size(), size.mean());
  // Rarely before the mean, often behind it: sizes stay near the mean.
  const auto rare = mask(size.mean_bits + 1);
  const auto often = mask(size.mean_bits - 1);
  std::uint64_t hash = 0;
  std::size_t at = size.least();
  for (; at < middle; ++at) {
    hash = (hash << 1U) + kGear.gears[static_cast<unsigned char>(bytes[at])];
    if ((hash & rare) == 0) return at + 1;
  }
  for (; at < end; ++at) {
    hash = (hash << 1U) + kGear.gears[static_cast<unsigned char>(bytes[at])];
    if ((hash & often) == 0) return at + 1;
  }
  return end;
}

}  // namespace yestermail
