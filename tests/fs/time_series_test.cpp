// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/time_series.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "base/instant_text.h"

namespace yestermail {
namespace {

constexpr std::int64_t kHour = 3600 * kMicrosPerSecond;

Instant instant(const std::string& text) { return *parse_instant(text, Instant{0}); }

std::vector<std::string> series(const std::vector<std::string>& hours, const std::string& now) {
  std::vector<Instant> active;
  for (const auto& hour : hours) active.push_back(instant(hour));
  std::vector<std::string> names;
  for (const auto at : time_series(active, instant(now))) names.push_back(instant_file_name(at));
  return names;
}

using Names = std::vector<std::string>;

TEST(TimeSeries, IsEmptyWhereNothingHappened) { EXPECT_TRUE(series({}, "2026-11-22T10:30").empty()); }

TEST(TimeSeries, ListsFullHoursForTwoDays) {
  EXPECT_EQ(series({"2026-11-22T07", "2026-11-22T09"}, "2026-11-22T10:30"),
            (Names{"2026-11-22T08-00-00Z", "2026-11-22T10-00-00Z"}));
}

TEST(TimeSeries, NeverListsTheFuture) {
  EXPECT_EQ(series({"2026-11-22T10"}, "2026-11-22T10:30"), Names{});
  EXPECT_EQ(series({"2026-11-22T10"}, "2026-11-22T11:00"), (Names{"2026-11-22T11-00-00Z"}));
  EXPECT_EQ(series({"2027-01-01T10"}, "2026-11-22T11:00"), Names{});
}

TEST(TimeSeries, ThinsToMidnightsMondaysAndFirsts) {
  const std::string now = "2026-11-22T10:30";
  EXPECT_EQ(series({"2026-11-10T08", "2026-11-10T15"}, now), (Names{"2026-11-11T00-00-00Z"}));
  EXPECT_EQ(series({"2026-06-03T08"}, now), (Names{"2026-06-08T00-00-00Z"}));  // A Wednesday; the Monday after it.
  EXPECT_EQ(series({"2024-02-03T08"}, now), (Names{"2024-03-01T00-00-00Z"}));
  EXPECT_EQ(series({"2024-12-31T23"}, now), (Names{"2025-01-01T00-00-00Z"}));
}

TEST(TimeSeries, ShowsWhatHappenedBetweenTwoGranularities) {
  // Two days before now is Friday 10:30: changes of Friday morning are in Friday's first listed hour, 11:00.
  EXPECT_EQ(series({"2026-11-20T03"}, "2026-11-22T10:30"), (Names{"2026-11-20T11-00-00Z"}));
}

TEST(TimeSeries, EveryChangeIsBetweenTwoListedInstantsOrYounger) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    const auto now = instant("2026-11-22T10:30").value + static_cast<std::int64_t>(random() % (400 * 24)) * kHour;
    std::vector<Instant> active;
    for (int i = 0; i < 40; ++i) {
      const auto back = static_cast<std::int64_t>(random() % (1ULL << (random() % 15 + 1)));
      active.push_back(Instant{(now / kHour - back) * kHour});
    }
    std::sort(active.begin(), active.end());
    const auto listed = time_series(active, Instant{now});
    ASSERT_TRUE(std::is_sorted(listed.begin(), listed.end()));
    ASSERT_EQ(std::adjacent_find(listed.begin(), listed.end()), listed.end());
    for (const auto hour : active) {
      const auto after = std::upper_bound(listed.begin(), listed.end(), hour);
      if (after != listed.end()) continue;
      ASSERT_GT(hour.value + kHour, now);
    }
    for (std::size_t i = 0; i < listed.size(); ++i) {
      ASSERT_LE(listed[i].value, now);
      const auto from = i == 0 ? std::int64_t{0} : listed[i - 1].value;
      ASSERT_TRUE(std::any_of(active.begin(), active.end(),
                              [&](Instant hour) { return hour.value >= from && hour < listed[i]; }))
          << instant_text(listed[i]) << " shows nothing new";
    }
  }
}

}  // namespace
}  // namespace yestermail
