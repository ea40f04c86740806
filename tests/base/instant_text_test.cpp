// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/instant_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace yestermail {
namespace {

constexpr std::int64_t kSecond = kMicrosPerSecond;
constexpr std::int64_t kDay = 86'400 * kSecond;

/// Independent of the code under test: the C library's calendar.
Instant utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0, std::int64_t micros = 0) {
  std::tm tm{};
  tm.tm_year = year - 1900;
  tm.tm_mon = month - 1;
  tm.tm_mday = day;
  tm.tm_hour = hour;
  tm.tm_min = minute;
  tm.tm_sec = second;
  return Instant{static_cast<std::int64_t>(timegm(&tm)) * kSecond + micros};
}

const Instant kNow = utc(2026, 11, 22, 10, 15, 7, 123'456);

std::optional<std::int64_t> parsed(std::string_view text) {
  const auto instant = parse_instant(text, kNow);
  return instant ? std::optional(instant->value) : std::nullopt;
}

TEST(InstantText, WritesTheFractionOnlyWhereThereIsOne) {
  EXPECT_EQ(instant_text(kNow), "2026-11-22T10:15:07.123456Z");
  EXPECT_EQ(instant_text(utc(2026, 11, 22, 10, 15, 7)), "2026-11-22T10:15:07Z");
  EXPECT_EQ(instant_text(utc(2026, 11, 22, 10, 15, 7, 1)), "2026-11-22T10:15:07.000001Z");
  EXPECT_EQ(instant_text(Instant{0}), "1970-01-01T00:00:00Z");
}

TEST(InstantText, GoesBefore1970) {
  EXPECT_EQ(instant_text(Instant{-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(instant_text(Instant{-kDay}), "1969-12-31T00:00:00Z");
  EXPECT_EQ(instant_text(utc(1900, 2, 28, 23, 59, 59)), "1900-02-28T23:59:59Z");
}

TEST(InstantFileName, HasWholeSecondsAndNoColon) {
  EXPECT_EQ(instant_file_name(kNow), "2026-11-22T10-15-07Z");
  EXPECT_EQ(instant_file_name(Instant{-1}), "1969-12-31T23-59-59Z");
}

TEST(ParseInstant, ReadsEverySpellingOfTheHeader) {
  const std::vector<std::pair<std::string, Instant>> spellings = {
      {"2026", utc(2026, 1, 1)},
      {"2026-11", utc(2026, 11, 1)},
      {"2026-11-22", utc(2026, 11, 22)},
      {"2026-11-22T10", utc(2026, 11, 22, 10)},
      {"2026-11-22T10:15", utc(2026, 11, 22, 10, 15)},
      {"2026-11-22T10:15:07", utc(2026, 11, 22, 10, 15, 7)},
      {"2026-11-22T10:15:07.123456", kNow},
      {"2026-11-22T10:15:07.5Z", utc(2026, 11, 22, 10, 15, 7, 500'000)},
      {"2026-11-22T10:15:07.1234569Z", kNow},
      {"2026-11-22T10Z", utc(2026, 11, 22, 10)},
      {"2026-11-22T10:15Z", utc(2026, 11, 22, 10, 15)},
      {"2026-11-22T10:15:07Z", utc(2026, 11, 22, 10, 15, 7)},
      {"2026-11-22T10-15-07Z", utc(2026, 11, 22, 10, 15, 7)},
      {"2026-11-22T10-15-07.123456Z", kNow},
      {"2026-11-22 10:15", utc(2026, 11, 22, 10, 15)},
      {"2026-11-22 10:15:07", utc(2026, 11, 22, 10, 15, 7)},
      {"@GMT-2026.11.22-10.15.07", utc(2026, 11, 22, 10, 15, 7)},
      {"@1795342507", utc(2026, 11, 22, 10, 15, 7)},
      {"@1795342507.5", utc(2026, 11, 22, 10, 15, 7, 500'000)},
      {"@0", Instant{0}},
  };
  for (const auto& [text, instant] : spellings) EXPECT_EQ(parsed(text), instant.value) << text;
}

TEST(ParseInstant, TakesAnOffsetAfterEveryLengthOfTime) {
  const std::vector<std::pair<std::string, Instant>> spellings = {
      {"2026-11-22T10+01:00", utc(2026, 11, 22, 9)},
      {"2026-11-22T10+0100", utc(2026, 11, 22, 9)},
      {"2026-11-22T10-05:00", utc(2026, 11, 22, 15)},
      {"2026-11-22T10-0500", utc(2026, 11, 22, 15)},
      {"2026-11-22T10:15+01:00", utc(2026, 11, 22, 9, 15)},
      {"2026-11-22T10:15+0100", utc(2026, 11, 22, 9, 15)},
      {"2026-11-22T10:15-05:00", utc(2026, 11, 22, 15, 15)},
      {"2026-11-22T10:15-0500", utc(2026, 11, 22, 15, 15)},
      {"2026-11-22T10:15:07+05:30", utc(2026, 11, 22, 4, 45, 7)},
      {"2026-11-22T10:15:07-05:00", utc(2026, 11, 22, 15, 15, 7)},
      {"2026-11-22T10:15:07-0500", utc(2026, 11, 22, 15, 15, 7)},
      {"2026-11-22T10:15:07.123456-0500", utc(2026, 11, 22, 15, 15, 7, 123'456)},
      {"2026-11-22T00:30+14:00", utc(2026, 11, 21, 10, 30)},
  };
  for (const auto& [text, instant] : spellings) EXPECT_EQ(parsed(text), instant.value) << text;
}

TEST(ParseInstant, ReadsTheRelativeOnes) {
  const std::vector<std::pair<std::string, Instant>> spellings = {
      {"now", kNow},
      {"today", utc(2026, 11, 22)},
      {"yesterday", utc(2026, 11, 21)},
      {"90s-ago", Instant{kNow.value - 90 * kSecond}},
      {"5min-ago", Instant{kNow.value - 300 * kSecond}},
      {"3h-ago", Instant{kNow.value - 3 * 3600 * kSecond}},
      {"3 hours ago", Instant{kNow.value - 3 * 3600 * kSecond}},
      {"3-hours-ago", Instant{kNow.value - 3 * 3600 * kSecond}},
      {"1 minute ago", Instant{kNow.value - 60 * kSecond}},
      {"2d-ago", Instant{kNow.value - 2 * kDay}},
      {"1w-ago", Instant{kNow.value - 7 * kDay}},
      {"2 weeks ago", Instant{kNow.value - 14 * kDay}},
      {"6mon-ago", utc(2026, 5, 22, 10, 15, 7, 123'456)},
      {"6 months ago", utc(2026, 5, 22, 10, 15, 7, 123'456)},
      {"1y-ago", utc(2025, 11, 22, 10, 15, 7, 123'456)},
      {"2 years ago", utc(2024, 11, 22, 10, 15, 7, 123'456)},
      {"0s-ago", kNow},
  };
  for (const auto& [text, instant] : spellings) EXPECT_EQ(parsed(text), instant.value) << text;
}

TEST(ParseInstant, KnowsTheLengthOfMonths) {
  EXPECT_EQ(parse_instant("1mon-ago", utc(2026, 3, 31, 8)), utc(2026, 2, 28, 8));
  EXPECT_EQ(parse_instant("1mon-ago", utc(2024, 3, 31, 8)), utc(2024, 2, 29, 8));
  EXPECT_EQ(parse_instant("1y-ago", utc(2024, 2, 29, 8)), utc(2023, 2, 28, 8));
  EXPECT_EQ(parse_instant("11mon-ago", utc(2026, 1, 15)), utc(2025, 2, 15));
}

TEST(ParseInstant, KnowsLeapDays) {
  EXPECT_EQ(parsed("2024-02-29"), utc(2024, 2, 29).value);
  EXPECT_EQ(parsed("2000-02-29"), utc(2000, 2, 29).value);
  EXPECT_FALSE(parsed("2026-02-29"));
  EXPECT_FALSE(parsed("1900-02-29"));
  EXPECT_FALSE(parsed("2100-02-29"));
}

// 2026-03-29 02:30 does not exist in Berlin and 2026-10-25 02:30 does twice; in UTC each is one instant.
TEST(ParseInstant, KnowsNoSummerTime) {
  EXPECT_EQ(parsed("2026-03-29T02:30"), utc(2026, 3, 29, 2, 30).value);
  EXPECT_EQ(*parsed("2026-10-25T03:30") - *parsed("2026-10-25T02:30"), 3600 * kSecond);
}

TEST(ParseInstant, GoesBefore1970) {
  EXPECT_EQ(parsed("1969-12-31T23:59:59.999999Z"), -1);
  EXPECT_EQ(parse_instant("yesterday", Instant{-1}), utc(1969, 12, 30));
  EXPECT_EQ(parse_instant("1mon-ago", utc(1969, 3, 31)), utc(1969, 2, 28));
}

TEST(ParseInstant, RefusesNonsense) {
  for (const auto* text : {"",
                           " ",
                           "x",
                           "20",
                           "202",
                           "20261122",
                           "2026-",
                           "2026-1",
                           "2026-13",
                           "2026-00",
                           "2026-11-00",
                           "2026-11-31",
                           "2026-11-22T",
                           "2026-11-22T1",
                           "-2026",
                           "+2026",
                           " 2026",
                           "2026 ",
                           "2026-11-22T24",
                           "2026-11-22T10:60",
                           "2026-11-22T10:15:60",
                           "2026-11-22T10:15:07.",
                           "2026-11-22T10:15:07ZZ",
                           "2026-11-22T10:15:07Z ",
                           "2026-11-22T10:1",
                           "2026-11-22T10:15.5",
                           "2026-11-22T10.5",
                           "2026-11-22T10:15:07+1",
                           "2026-11-22T10:15:07+25:00",
                           "2026-11-22T10:15:07+01:60",
                           "2026-11-22T10:15:07:08",
                           "2026-11-22T10:15-07Z",
                           "@",
                           "@x",
                           "@-5",
                           "@+5",
                           "@5.",
                           "@5x",
                           "@99999999999999",
                           "@GMT-",
                           "@GMT-x",
                           "ago",
                           "-ago",
                           "5-ago",
                           "5 ago",
                           "5x-ago",
                           "h-ago",
                           "-5h-ago",
                           "1.5h-ago",
                           "5h",
                           "5h-ag",
                           "5h-ago ",
                           "tango",
                           "NOW",
                           "now ",
                           "latest",
                           "..",
                           ".",
                           "README.txt",
                           "2026/11/22",
                           "2026-11-22\n",
                           "\xff\xfe",
                           "1000000000s-ago"}) {
    EXPECT_FALSE(parsed(text)) << '"' << text << '"';
  }
  EXPECT_FALSE(parsed(std::string(10'000, '2')));
  EXPECT_FALSE(parsed(std::string_view("2026\0", 5)));
}

TEST(ParseInstant, RefusesAnAgeThatNoClockCanHold) {
  EXPECT_FALSE(parsed("999999999w-ago"));
  EXPECT_FALSE(parsed("999999999d-ago"));
  EXPECT_FALSE(parsed("999999999mon-ago"));
  EXPECT_FALSE(parsed("999999999y-ago"));
  EXPECT_EQ(parsed("999999999s-ago"), kNow.value - 999'999'999 * kSecond);
}

TEST(ParseInstant, ReadsBackWhatIsWritten) {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> any(utc(1, 1, 1).value, utc(9999, 12, 31, 23, 59, 59, 999'999).value);
  for (int i = 0; i < 20'000; ++i) {
    const Instant instant{any(random)};
    ASSERT_EQ(parsed(instant_text(instant)), instant.value) << instant_text(instant);
    const auto whole = parse_instant(instant_file_name(instant), kNow);
    ASSERT_TRUE(whole);
    ASSERT_EQ(whole->value % kSecond, 0);
    ASSERT_LE(*whole, instant);
    ASSERT_LT(instant.value - whole->value, kSecond);
  }
}

// Whatever a user types after at/ goes through here: it gives an instant or nothing, and never undefined behaviour
// (this runs under the sanitizers too).
TEST(ParseInstant, TakesAnyBytes) {
  std::mt19937_64 random(11);
  const std::string alphabet = "0123456789-:.TZ+@ GMTagoshdwmyin\xff";
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random() % 30, '0');
    for (auto& c : text) c = alphabet[random() % alphabet.size()];
    if (random() % 4 == 0) text += "ago";
    if (const auto instant = parse_instant(text, kNow)) {
      ASSERT_LE(instant->value, utc(10'000, 1, 2).value) << text;
    }
  }
}

TEST(IsRelativeInstant, TellsWhatMovesWithTheClock) {
  for (const auto* text : {"now", "today", "yesterday", "3h-ago", "3 hours ago"}) {
    EXPECT_TRUE(is_relative_instant(text)) << text;
  }
  for (const auto* text : {"2026", "2026-11-22T10:15:07Z", "@1795342507", "latest", ""}) {
    EXPECT_FALSE(is_relative_instant(text)) << text;
  }
}

}  // namespace
}  // namespace yestermail
