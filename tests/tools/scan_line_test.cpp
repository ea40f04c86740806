// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/scan_line.h"

#include <gmock/gmock.h>

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ScanTally half_done() {
  ScanTally tally;
  tally.accounts_total = 20;
  tally.accounts_planned = 20;
  tally.items_planned = 2000;
  tally.items_done = 1000;
  tally.bytes_done = 10U << 20U;
  tally.planned_all = true;
  return tally;
}

TEST(ScanLineText, ShowsRateAndTimeLeft) {
  EXPECT_EQ(scan_line_text(half_done(), "scanning", 10 * kMicrosPerSecond),
            "scanning 20/20 accounts, 1,000/2,000 items, 10.0 MiB, 10.0 s left, 100 items/s, 1.00 MiB/s");
}

TEST(ScanLineText, PromisesNothingThatItDoesNotKnow) {
  auto tally = half_done();
  tally.planned_all = false;
  EXPECT_THAT(scan_line_text(tally, "scanning", 10 * kMicrosPerSecond), Not(HasSubstr("left")));
  EXPECT_THAT(scan_line_text(half_done(), "scanning", 1000), Not(HasSubstr("/s")));
}

}  // namespace
}  // namespace yestermail::test
