// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/fork_index.h"

#include <gtest/gtest.h>

#include <random>

namespace yestermail {
namespace {

TEST(ForkIndex, PutsEveryIntervalOntoThePathOfEachInstantInsideIt) {
  for (std::int64_t since = 0; since < 40; ++since) {
    for (std::int64_t until = since + 1; until < 48; ++until) {
      const auto node = fork_of(Instant{since}, Instant{until});
      for (std::int64_t at = since; at < until; ++at) EXPECT_EQ(fork_on_path(Instant{at}, node.level), node);
      EXPECT_LE(since, node.middle);
      EXPECT_LT(node.middle, until);
    }
  }
}

TEST(ForkIndex, NeedsOneComparisonToTellWhatContainsAnInstant) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const Instant since{static_cast<std::int64_t>(random() >> (1 + random() % 60))};
    const Instant until{since.value + 1 + static_cast<std::int64_t>(random() >> (2 + random() % 60)) % 1'000'000'000};
    const Instant at{since.value + static_cast<std::int64_t>(random() % 2'000'000'000) - 1'000'000'000};
    if (at.value < 0) continue;
    const auto node = fork_of(since, until);
    const bool on_path = fork_on_path(at, node.level) == node;
    const bool found = on_path && (at.value < node.middle ? since <= at : at < until);
    EXPECT_EQ(found, since <= at && at < until) << since.value << ' ' << until.value << ' ' << at.value;
  }
}

}  // namespace
}  // namespace yestermail
