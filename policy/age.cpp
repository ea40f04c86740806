// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/age.h"

#include <array>
#include <charconv>
#include <utility>

namespace yestermail {
namespace {

constexpr std::int64_t kDay = 24 * 3600 * kMicrosPerSecond;
constexpr std::int64_t kMost = 1000 * 366 * kDay;
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits{
    {{"d", kDay}, {"w", 7 * kDay}, {"mon", 31 * kDay}, {"y", 366 * kDay}}};

}  // namespace

std::optional<Age> parse_age(std::string_view text) {
  if (text == "forever") return Age{"forever", 0, true};
  std::int64_t count = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, count);
  if (failed != std::errc{} || count < 1) return std::nullopt;
  const auto word = text.substr(static_cast<std::size_t>(stop - text.data()));
  for (const auto& [unit, micros] : kUnits) {
    if (word == unit && count <= kMost / micros) return Age{std::string(text), count * micros, false};
  }
  return std::nullopt;
}

std::optional<Instant> outlived_by(const std::optional<Age>& age, Instant now) {
  if (!age || age->forever) return std::nullopt;
  return Instant{now.value - age->micros};
}

}  // namespace yestermail
