// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/progress.h"

#include "tests/support/test_clock.h"
#include "tests/tools/command_fixture.h"

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

class ScanLineTest : public CommandTest {
 protected:
  Environment terminal(std::ostream& err, unsigned columns) {
    Environment env{.out = err, .err = err, .clock = test_clock_, .disk = *disk_};
    env.terminal = true;
    env.columns = columns;
    return env;
  }
  TestClock test_clock_;
};

TEST_F(ScanLineTest, FitsTheTerminalAndIsTakenAway) {
  std::ostringstream err;
  auto env = terminal(err, 40);
  ScanLine line(env, false);
  line.advanced(half_done());
  const auto drawn = err.str();
  EXPECT_THAT(drawn, HasSubstr("scanning 20/20 accounts"));
  EXPECT_LE(drawn.size(), 39U + std::string("\r\033[K").size() + std::string("…").size() - 1);
  line.erase();
  EXPECT_EQ(err.str(), drawn + "\r\033[K");
  line.erase();
  EXPECT_EQ(err.str(), drawn + "\r\033[K");
}

TEST_F(ScanLineTest, IsRedrawnNowAndThenOnly) {
  std::ostringstream err;
  auto env = terminal(err, 80);
  ScanLine line(env, false);
  for (int i = 0; i < 1000; ++i) line.advanced(half_done());
  const auto once = err.str().size();
  EXPECT_LT(once, 200U);
  test_clock_.advance_seconds(1);
  line.advanced(half_done());
  EXPECT_GT(err.str().size(), once);
}

TEST_F(ScanLineTest, DoesNotBreakALogLine) {
  std::ostringstream err;
  auto env = terminal(err, 80);
  ScanLine line(env, false);
  line.advanced(half_done());
  line.error("bad");
  EXPECT_THAT(err.str(), ::testing::EndsWith("\r\033[Kyestermail: bad\n"));
}

TEST_F(ScanLineTest, IsNotDrawnWithoutATerminalOrWhenQuiet) {
  for (const bool quiet : {true, false}) {
    std::ostringstream err;
    auto env = terminal(err, 80);
    env.terminal = quiet;
    ScanLine line(env, quiet);
    line.advanced(half_done());
    line.erase();
    EXPECT_EQ(err.str(), "");
  }
}

}  // namespace
}  // namespace yestermail::test
