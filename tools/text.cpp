// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/error.h"
#include "base/instant_text.h"
#include "base/utf8.h"

namespace yestermail {

std::string count_text(std::uint64_t count) {
  auto text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ',');  // g++ 12 sees a wrong overlap in inserting a string.
  }
  return text;
}

std::string counted_text(std::uint64_t count, std::string_view noun) {
  return count_text(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 7> kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> out{};
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  std::snprintf(out.data(), out.size(), "%.*f %s", decimals, value, kUnits.at(unit));
  return out.data();
}

std::string duration_text(std::int64_t micros) {
  const auto seconds = std::max<std::int64_t>(micros, 0) / kMicrosPerSecond;
  std::array<char, 64> out{};
  if (seconds < 60) {
    std::snprintf(out.data(), out.size(), "%.1f s", static_cast<double>(std::max<std::int64_t>(micros, 0)) / 1e6);
  } else if (seconds < 3600) {
    std::snprintf(out.data(), out.size(), "%d min %02d s", static_cast<int>(seconds / 60),
                  static_cast<int>(seconds % 60));
  } else {
    std::snprintf(out.data(), out.size(), "%lld h %02d min", static_cast<long long>(seconds / 3600),
                  static_cast<int>(seconds % 3600 / 60));
  }
  return out.data();
}

std::string time_text(Instant instant) {
  auto text = instant_text(instant);
  text.resize(std::min(text.find_first_of(".Z"), text.size()));
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::string joined_text(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : ", ") + printable(text);
  return all;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string shortened(std::string_view bytes, std::size_t width) {
  auto text = printable(bytes);
  if (width_of(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t taken = 0; taken + 1 < width; ++taken) {
    end += std::max<std::size_t>(1, utf8_sequence(std::string_view(text).substr(end)).length);
  }
  return text.substr(0, end) + "…";
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const auto have = width_of(text);
  if (have < width) out.append(width - have, ' ');
  return out;
}

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths(alignment_.size());
  for (const auto& cells : rows_) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths.at(i) = std::max(widths[i], width_of(cells[i]));
  }
  for (const auto& cells : rows_) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += "  ";
      if (alignment_[i] == 'r') line.append(widths[i] - width_of(cells[i]), ' ');
      line += alignment_[i] == 'r' ? cells[i] : padded(cells[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace yestermail
