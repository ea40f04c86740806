// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace yestermail {

/// 12,345
std::string count_text(std::uint64_t count);
/// "1 account", "1,200 accounts"
std::string counted_text(std::uint64_t count, std::string_view noun);
/// 912 B, 12.3 KiB, 1.20 GiB: three digits that count.
std::string bytes_text(std::uint64_t bytes);
/// 8.4 s, 2 min 05 s, 3 h 20 min
std::string duration_text(std::int64_t micros);
/// 2026-11-22 10:15:07, UTC: for columns.
std::string time_text(Instant instant);
/// The texts as printable() shows them, with ", " between them.
std::string joined_text(const std::vector<std::string>& texts);
/// How many characters a valid UTF-8 text has.
std::size_t width_of(std::string_view text);
/// printable(), cut to `width` characters, the last one then "…".
std::string shortened(std::string_view bytes, std::size_t width);

/// Lines of aligned columns. Rows are kept until print(): for what is short. A column is as wide as its widest cell.
class Table {
 public:
  /// One letter a column: l left, r right.
  explicit Table(std::string alignment) : alignment_(std::move(alignment)) {}
  /// Cells hold what may go to a terminal as it is.
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print(std::ostream& out) const;

 private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

/// `text` filled up with blanks to `width` characters.
std::string padded(std::string_view text, std::size_t width);

}  // namespace yestermail
