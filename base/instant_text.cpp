// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/instant_text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace yestermail {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kMinute = 60 * kMicrosPerSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kOldest = 12'000 * 366 * kDay;  // An age beyond this is a slip of the keyboard.

std::int64_t start_of_day(std::int64_t at) { return at - ((at % kDay) + kDay) % kDay; }

/// Reads from the front of a text; every step says whether it fitted.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return text_.empty(); }
  [[nodiscard]] std::string_view rest() const { return text_; }

  bool take(std::string_view any_of) {
    if (done() || any_of.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool take_word(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  /// Exactly `width` digits, or with width 0 one to nine.
  std::optional<int> number(std::size_t width) {
    std::size_t digits = 0;
    while (digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9') ++digits;
    if (width != 0 ? digits < width : digits == 0 || digits > 9) return std::nullopt;
    if (width != 0) digits = width;
    int value = 0;
    std::from_chars(text_.data(), text_.data() + digits, value);
    text_.remove_prefix(digits);
    return value;
  }

  /// The digits after a decimal point, up to six of them, as microseconds.
  std::optional<std::int64_t> fraction() {
    std::int64_t value = 0;
    int digits = 0;
    while (!done() && text_.front() >= '0' && text_.front() <= '9') {
      if (digits < 6) value = value * 10 + (text_.front() - '0');
      ++digits;
      text_.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 6; ++digits) value *= 10;
    return value;
  }

 private:
  std::string_view text_;
};

struct Fields {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::int64_t micros = 0;
  std::int64_t offset = 0;
};

std::optional<Instant> from_fields(const Fields& f) {
  const year_month_day date{std::chrono::year(f.year), std::chrono::month(static_cast<unsigned>(f.month)),
                            std::chrono::day(static_cast<unsigned>(f.day))};
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 59) return std::nullopt;
  const auto midnight = std::chrono::duration_cast<microseconds>(sys_days(date).time_since_epoch()).count();
  return Instant{midnight + f.hour * kHour + f.minute * kMinute + f.second * kMicrosPerSecond + f.micros - f.offset};
}

bool read_offset(Cursor& in, Fields& f) {
  if (in.done() || in.take("Z")) return true;
  const bool west = in.rest().front() == '-';
  if (!in.take("+-")) return false;
  const auto hours = in.number(2);
  in.take(":");
  const auto minutes = in.number(2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return false;
  f.offset = (*hours * kHour + *minutes * kMinute) * (west ? -1 : 1);
  return true;
}

/// After the hour an offset may stand at once, and "-05:00" and "-0500" are offsets where "-05-07" are minute and
/// second.
bool offset_follows(std::string_view rest) {
  const bool four_digits = rest.size() == 5 && rest[3] >= '0' && rest[3] <= '9';
  return rest.size() >= 5 && rest.front() == '-' && (four_digits || rest[3] == ':');
}

bool read_time(Cursor& in, Fields& f) {
  const auto hour = in.number(2);
  if (!hour) return false;
  f.hour = *hour;
  if (in.done() || offset_follows(in.rest())) return true;
  const auto separator = in.rest().substr(0, 1);
  if (separator.find_first_of(":-.") == std::string_view::npos) return true;
  for (int* field : {&f.minute, &f.second}) {
    if (!in.take(separator)) return true;
    const auto value = in.number(2);
    if (!value) return false;
    *field = *value;
  }
  if (in.take(".")) {
    const auto micros = in.fraction();
    if (!micros) return false;
    f.micros = *micros;
  }
  return true;
}

std::optional<Instant> parse_calendar(std::string_view text) {
  Cursor in(text);
  in.take_word("@GMT-");
  Fields f;
  const auto year = in.number(4);
  if (!year) return std::nullopt;
  f.year = *year;
  for (int* field : {&f.month, &f.day}) {
    if (!in.take("-.")) break;
    const auto value = in.number(2);
    if (!value) return std::nullopt;
    *field = *value;
  }
  if (in.take("T -") && !read_time(in, f)) return std::nullopt;
  if (!read_offset(in, f) || !in.done()) return std::nullopt;
  return from_fields(f);
}

std::optional<Instant> parse_epoch(std::string_view text) {
  std::int64_t seconds = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, seconds);
  if (failed != std::errc{} || seconds < 0 || seconds > 253'402'300'799) return std::nullopt;
  Cursor in(text.substr(static_cast<std::size_t>(stop - text.data())));
  std::int64_t micros = 0;
  if (in.take(".")) {
    const auto fraction = in.fraction();
    if (!fraction) return std::nullopt;
    micros = *fraction;
  }
  if (!in.done()) return std::nullopt;
  return Instant{seconds * kMicrosPerSecond + micros};
}

std::optional<Instant> months_before(Instant now, int months) {
  const auto midnight = sys_days(days(start_of_day(now.value) / kDay));
  auto date = year_month_day(midnight) - std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  const auto day = std::chrono::duration_cast<microseconds>(sys_days(date).time_since_epoch()).count();
  return Instant{day + now.value - start_of_day(now.value)};
}

std::optional<Instant> parse_ago(std::string_view text, Instant now) {
  Cursor in(text);
  const auto count = in.number(0);
  if (!count) return std::nullopt;
  in.take(" -");
  struct Unit {
    std::string_view word;
    std::int64_t micros;
    int months;
  };
  // Longer words first: "mon" before "m", "min" before "m".
  static constexpr std::array<Unit, 21> kUnits{{{"seconds", kMicrosPerSecond, 0},
                                                {"second", kMicrosPerSecond, 0},
                                                {"sec", kMicrosPerSecond, 0},
                                                {"s", kMicrosPerSecond, 0},
                                                {"minutes", kMinute, 0},
                                                {"minute", kMinute, 0},
                                                {"min", kMinute, 0},
                                                {"months", 0, 1},
                                                {"month", 0, 1},
                                                {"mon", 0, 1},
                                                {"m", kMinute, 0},
                                                {"hours", kHour, 0},
                                                {"hour", kHour, 0},
                                                {"h", kHour, 0},
                                                {"days", kDay, 0},
                                                {"day", kDay, 0},
                                                {"d", kDay, 0},
                                                {"weeks", 7 * kDay, 0},
                                                {"week", 7 * kDay, 0},
                                                {"w", 7 * kDay, 0},
                                                {"y", 0, 12}}};
  for (const auto& unit : kUnits) {
    if (!in.take_word(unit.word)) continue;
    if (unit.word == "y" && in.take_word("ear")) in.take("s");
    in.take(" -");
    if (!in.take_word("ago") || !in.done()) return std::nullopt;
    if (unit.months != 0) return *count > 12'000 ? std::nullopt : months_before(now, *count * unit.months);
    if (*count > kOldest / unit.micros) return std::nullopt;
    return Instant{now.value - *count * unit.micros};
  }
  return std::nullopt;
}

}  // namespace

std::string instant_text(Instant instant) {
  const auto day = sys_days(days(start_of_day(instant.value) / kDay));
  const year_month_day date(day);
  const auto in_day = instant.value - start_of_day(instant.value);
  std::array<char, 64> out{};
  const auto micros = static_cast<int>(in_day % kMicrosPerSecond);
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(in_day / kHour), static_cast<int>(in_day % kHour / kMinute),
                static_cast<int>(in_day % kMinute / kMicrosPerSecond));
  std::string text = out.data();
  if (micros != 0) {
    std::snprintf(out.data(), out.size(), ".%06d", micros);
    text += out.data();
  }
  return text + "Z";
}

std::string instant_file_name(Instant instant) {
  auto text =
      instant_text(Instant{instant.value - ((instant.value % kMicrosPerSecond) + kMicrosPerSecond) % kMicrosPerSecond});
  for (auto& c : text) {
    if (c == ':') c = '-';
  }
  return text;
}

std::optional<Instant> parse_instant(std::string_view text, Instant now) {
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (text == "now") return now;
  if (text == "today") return Instant{start_of_day(now.value)};
  if (text == "yesterday") return Instant{start_of_day(now.value) - kDay};
  if (text.ends_with("ago")) return parse_ago(text, now);
  if (text.front() == '@' && !text.starts_with("@GMT-")) return parse_epoch(text.substr(1));
  return parse_calendar(text);
}

bool is_relative_instant(std::string_view text) {
  return text == "now" || text == "today" || text == "yesterday" || text.ends_with("ago");
}

}  // namespace yestermail
