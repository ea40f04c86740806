// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/history_lines.h"

#include <gtest/gtest.h>

#include "base/instant_text.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

Instant second(std::int64_t number) { return Instant{(1'700'000'000 + number) * kMicrosPerSecond}; }

/// A directory: the shortest line.
std::string line_of(std::uint64_t item, std::uint64_t version, std::int64_t since, std::int64_t until = 0) {
  return R"({"item":)" + std::to_string(item) + R"(,"version":)" + std::to_string(version) + R"(,"since":")" +
         instant_text(second(since)) + R"(","until":)" +
         (until == 0 ? "null" : "\"" + instant_text(second(until)) + "\"") +
         R"(,"cause":"arrived","kind":"directory","folder":"","name":"x","parent":1,"mtime_ns":-1,"mode":"0700",)"
         R"("uid":0,"gid":0})" +
         "\n";
}

class HistoryLinesTest : public ::testing::Test {
 protected:
  /// `@second`, `+version` of what began, `-version` of what ended.
  std::string told(const std::string& text, Instant from = Instant{0}, std::size_t piece = 64U << 10U) {
    Spool spool(directory_ / "");
    spool.append("something else\n");
    const auto begin = spool.size();
    spool.append(text);
    const auto end = spool.size();
    spool.append("and more\n");
    HistoryLines lines(spool, {begin, end}, from, piece);
    std::string all;
    while (lines.next() != kForever) {
      all += "@" + std::to_string(lines.next().value / kMicrosPerSecond - 1'700'000'000);
      for (const auto& step : lines.take()) {
        all += (step.ended ? " -" : " +") + std::to_string(step.version.id.value);
      }
      all += "\n";
    }
    return all;
  }
  TempDirectory directory_;
};

TEST_F(HistoryLinesTest, TellsEndsAmongBeginnings) {
  const auto text = line_of(2, 1, 1, 5) + line_of(3, 2, 2) + line_of(4, 3, 3, 4) + line_of(5, 4, 7, 8);
  EXPECT_EQ(told(text), "@1 +1\n@2 +2\n@3 +3\n@4 -3\n@5 -1\n@7 +4\n@8 -4\n");
}

TEST_F(HistoryLinesTest, TellsNoEndWhereAnotherVersionFollows) {
  const auto text = line_of(2, 1, 1, 5) + line_of(3, 2, 1, 5) + line_of(2, 3, 5, 6) + line_of(4, 4, 5);
  EXPECT_EQ(told(text), "@1 +1 +2\n@5 +3 +4 -2\n@6 -3\n");
}

TEST_F(HistoryLinesTest, BeginsAmidAndKnowsWhatBeganBefore) {
  const auto text = line_of(2, 1, 1, 5) + line_of(3, 2, 2, 3) + line_of(4, 3, 4);
  EXPECT_EQ(told(text, second(4)), "@4 +3\n@5 -1\n");
  EXPECT_EQ(told(text, second(6)), "");
  EXPECT_EQ(told(""), "");
}

TEST_F(HistoryLinesTest, ReadsPiecesOfAnySize) {
  std::string text;
  for (std::uint64_t i = 1; i < 40; ++i) text += line_of(i + 1, i, static_cast<std::int64_t>(i), 100);
  const auto whole = told(text);
  for (const std::size_t piece : {1U, 7U, 200U, 4096U}) EXPECT_EQ(told(text, Instant{0}, piece), whole) << piece;
}

}  // namespace
}  // namespace yestermail::test
