// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/fork_index.h"

#include <bit>

namespace yestermail {

ForkNode fork_of(Instant since, Instant until) {
  const auto first = static_cast<std::uint64_t>(since.value);
  const auto last = static_cast<std::uint64_t>(until.value) - 1;
  if (first == last) return {0, since.value};
  const auto highest_difference = static_cast<unsigned>(std::bit_width(first ^ last)) - 1;
  const auto middle = (last >> highest_difference) << highest_difference;
  return {static_cast<int>(highest_difference) + 1, static_cast<std::int64_t>(middle)};
}

ForkNode fork_on_path(Instant at, int level) {
  const auto value = static_cast<std::uint64_t>(at.value);
  if (level == 0) return {0, at.value};
  const auto bit = static_cast<unsigned>(level) - 1;
  return {level, static_cast<std::int64_t>(((value >> bit) | 1U) << bit)};
}

}  // namespace yestermail
