// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/item_tag.h"

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kShortest = 4;
constexpr std::size_t kLongest = 12;
constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ULL;  // Any odd number; this one is 2^64 / golden ratio.

constexpr std::uint64_t inverse_of(std::uint64_t odd) {
  std::uint64_t x = odd;  // Newton's step doubles the right bits: 3, 6, 12, 24, 48, 96.
  for (int i = 0; i < 5; ++i) x *= 2 - odd * x;
  return x;
}
static_assert(kFactor * inverse_of(kFactor) == 1);

constexpr std::uint64_t mask(std::size_t length) { return (1ULL << (5 * length)) - 1; }

// Multiply, fold the upper half into the lower, multiply: each step has an inverse on 5 * length bits.
std::uint64_t scramble(std::uint64_t x, std::size_t length) {
  const auto half = 5 * length - 5 * length / 2;
  x = (x * kFactor) & mask(length);
  x ^= x >> half;
  return (x * kFactor) & mask(length);
}

std::uint64_t unscramble(std::uint64_t x, std::size_t length) {
  const auto half = 5 * length - 5 * length / 2;
  x = (x * inverse_of(kFactor)) & mask(length);
  x ^= x >> half;
  return (x * inverse_of(kFactor)) & mask(length);
}

std::size_t length_for(std::uint64_t value) {
  std::size_t length = kShortest;
  while (length <= kLongest && value > mask(length)) ++length;
  return length;
}

}  // namespace

std::string tag_text(std::uint64_t bits, std::size_t length) {
  std::string tag;
  for (std::size_t i = 0; i < length; ++i, bits >>= 5U) tag += kDigits[bits & 31U];
  return tag;
}

std::string item_tag(ItemId item) {
  const auto length = length_for(item.value);
  if (length > kLongest) throw Error(Errc::kUnsupported, "item number " + std::to_string(item.value) + " has no tag");
  return tag_text(scramble(item.value, length), length);
}

std::optional<ItemId> item_of_tag(std::string_view tag) {
  if (tag.size() < kShortest || tag.size() > kLongest) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < tag.size(); ++i) {
    const auto digit = kDigits.find(tag[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    bits |= static_cast<std::uint64_t>(digit) << (5 * i);
  }
  const auto value = unscramble(bits, tag.size());
  if (length_for(value) != tag.size()) return std::nullopt;
  return ItemId{value};
}

bool is_tag_character(char c) { return kDigits.find(c) != std::string_view::npos; }

}  // namespace yestermail
