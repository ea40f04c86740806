// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/terminal_line.h"

#include "tests/support/test_clock.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kErase = "\r\033[K";

class TerminalLineTest : public CommandTest {
 protected:
  Environment terminal(unsigned columns) {
    Environment env{.out = out_, .err = err_, .clock = test_clock_, .disk = *disk_};
    env.terminal = true;
    env.columns = columns;
    return env;
  }
  static void draw(TerminalLine& line, const std::string& text) {
    line.draw([&](std::int64_t /*micros*/) { return text; });
  }
  [[nodiscard]] std::string shown() const { return err_.str(); }

  TestClock test_clock_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(TerminalLineTest, FitsTheTerminalAndIsTakenAwayOnce) {
  auto env = terminal(40);
  TerminalLine line(env, true);
  draw(line, "scanning " + std::string(100, 'x'));
  EXPECT_EQ(shown(), kErase + "scanning " + std::string(29, 'x') + "…") << "one column stays free";
  const auto drawn = shown();
  line.erase();
  line.erase();
  EXPECT_EQ(shown(), drawn + kErase);
}

TEST_F(TerminalLineTest, ShowsNothingRaw) {
  auto env = terminal(80);
  TerminalLine line(env, true);
  draw(line, "a\x1b]0;title\x07");
  EXPECT_EQ(shown().find('\x1b', kErase.size()), std::string::npos);
}

TEST_F(TerminalLineTest, IsRedrawnNowAndThenOnly) {
  auto env = terminal(80);
  TerminalLine line(env, true);
  int asked = 0;
  const auto count = [&](std::int64_t micros) {
    ++asked;
    return std::to_string(micros);
  };
  for (int i = 0; i < 1000; ++i) line.draw(count);
  EXPECT_EQ(asked, 1);
  line.erase();
  line.draw(count);
  EXPECT_EQ(asked, 1) << "also where it was taken away meanwhile";
  test_clock_.advance_seconds(2);
  line.draw(count);
  EXPECT_EQ(asked, 2);
  EXPECT_THAT(shown(), EndsWith(kErase + "2000000"));
}

TEST_F(TerminalLineTest, DoesNotBreakALogLine) {
  auto env = terminal(80);
  TerminalLine line(env, true);
  draw(line, "half done");
  line.error("bad");
  EXPECT_THAT(shown(), EndsWith("half done" + kErase + "yestermail: bad\n"));
  test_clock_.advance_seconds(1);
  draw(line, "half done");
  line.warning("odd");
  EXPECT_THAT(shown(), EndsWith("half done" + kErase + "yestermail: warning: odd\n"));
}

TEST_F(TerminalLineTest, MakesWayForWhatIsPrinted) {
  auto env = terminal(80);
  TerminalLine line(env, true);
  draw(line, "half done");
  line.print(err_, "alice: 3 files\n");
  EXPECT_THAT(shown(), EndsWith("half done" + kErase + "alice: 3 files\n"));
}

TEST_F(TerminalLineTest, IsTakenAwayWhateverEndsTheCommand) {
  auto env = terminal(80);
  {
    TerminalLine line(env, true);
    draw(line, "half done");
  }
  EXPECT_THAT(shown(), EndsWith(kErase));
}

TEST_F(TerminalLineTest, IsNotDrawnWithoutATerminalOrWhereNobodyIsToSeeIt) {
  for (const bool wanted : {true, false}) {
    auto env = terminal(80);
    env.terminal = !wanted;
    TerminalLine line(env, wanted);
    draw(line, "half done");
    line.erase();
    EXPECT_EQ(shown(), "");
  }
}

class TerminalOfACommand : public StoreCommandTest {
 protected:
  std::string told(std::vector<std::string> words, bool json) {
    if (json) words.emplace_back("--json");
    return run(words).err;
  }
};

TEST_F(TerminalOfACommand, ShowsHowFarItIsButNotBesideJson) {
  make_store();
  terminal_ = true;
  int round = 0;
  for (const bool json : {true, false}) {
    const auto fresh = [&] { return std::string(directory_ / ("new" + std::to_string(++round))); };
    const auto shown = ::testing::Conditional(json, Not(HasSubstr(kErase)), HasSubstr(kErase));
    alice().put("", std::to_string(round) + ".word:2,", "Subject: word\n\nword\n");
    EXPECT_THAT(told({"scan"}, json), shown);
    EXPECT_THAT(told({"find", "word"}, json), shown);
    EXPECT_THAT(told({"check"}, json), shown);
    EXPECT_THAT(told({"export", "--to", fresh()}, json), shown);
    EXPECT_THAT(told({"restore", "alice@example.com", "--at", "now", "--to", fresh()}, json), shown);
    EXPECT_THAT(told({"import", directory_ / ("new" + std::to_string(round - 1)), "--dry-run", "--accounts",
                      "alice@example.com", "--map", "alice@example.com=other"},
                     json),
                shown);
  }
}

TEST(PaceText, TellsWhatIsLeftWhereThatIsKnown) {
  EXPECT_EQ(pace_text(30U << 20U, 90U << 20U, 10 * kMicrosPerSecond), ", 20.0 s left, 3.00 MiB/s");
  EXPECT_EQ(pace_text(30U << 20U, 0, 10 * kMicrosPerSecond), ", 3.00 MiB/s");
  EXPECT_EQ(pace_text(30U << 20U, 30U << 20U, 10 * kMicrosPerSecond), ", 3.00 MiB/s");
  EXPECT_EQ(pace_text(30U << 20U, 90U << 20U, 1000), "") << "it is too early";
  EXPECT_EQ(pace_text(0, 90U << 20U, 10 * kMicrosPerSecond), "");
}

}  // namespace
}  // namespace yestermail::test
