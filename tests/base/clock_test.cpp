// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"

#include <gtest/gtest.h>
#include <sys/time.h>

namespace yestermail {
namespace {

TEST(SystemClock, CountsMicrosecondsSince1970) {
  timeval before{};
  ASSERT_EQ(gettimeofday(&before, nullptr), 0);
  const auto now = SystemClock().now();
  timeval after{};
  ASSERT_EQ(gettimeofday(&after, nullptr), 0);
  EXPECT_GE(now.value, before.tv_sec * kMicrosPerSecond + before.tv_usec - 1);
  EXPECT_LE(now.value, after.tv_sec * kMicrosPerSecond + after.tv_usec + 1);
}

TEST(Instant, ForeverIsAfterEveryOther) { EXPECT_LT(SystemClock().now(), kForever); }

}  // namespace
}  // namespace yestermail
