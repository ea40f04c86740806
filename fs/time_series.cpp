// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/time_series.h"

#include <algorithm>
#include <chrono>

namespace yestermail {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using Time = std::chrono::sys_time<std::chrono::microseconds>;

constexpr auto kHourly = hours(48);
constexpr auto kDaily = days(60);
constexpr auto kWeekly = days(365);

Time next_month(Time at) {
  const std::chrono::year_month_day date(floor<days>(at));
  return std::chrono::sys_days(date.year() / date.month() / 1 + std::chrono::months(1));
}

Time next_monday(Time at) {
  const auto day = floor<days>(at);
  return day - (std::chrono::weekday(day) - std::chrono::Monday) + days(7);
}

Time next_midnight(Time at) { return floor<days>(at) + days(1); }

Time next_hour(Time at) { return floor<hours>(at) + hours(1); }

/// The first instant of the series after `at`.
Time next_of_series(Time at, Time now) {
  Time next = next_monday(std::max(at, Time(now - kWeekly)));
  if (const auto month = next_month(at); month <= now - kWeekly) next = std::min(next, month);
  next = std::min(next, next_midnight(std::max(at, Time(now - kDaily))));
  return std::min(next, next_hour(std::max(at, Time(now - kHourly))));
}

}  // namespace

std::vector<Instant> time_series(const std::vector<Instant>& active_hours, Instant now) {
  const Time present{std::chrono::microseconds(now.value)};
  std::vector<Instant> series;
  for (const auto hour : active_hours) {
    if (hour > now) break;
    const auto next = next_of_series(Time(std::chrono::microseconds(hour.value)), present);
    const Instant listed{next.time_since_epoch().count()};
    if (listed <= now && (series.empty() || series.back() < listed)) series.push_back(listed);
  }
  return series;
}

}  // namespace yestermail
