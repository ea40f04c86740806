// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/scan_line.h"

#include "tools/text.h"

namespace yestermail {

std::string scan_line_text(const ScanTally& tally, std::string_view doing, std::int64_t micros) {
  std::string text(doing);
  text += " " + count_text(tally.accounts_planned) + "/" + count_text(tally.accounts_total) + " accounts, " +
          count_text(tally.items_done) + (tally.planned_all ? "/" + count_text(tally.items_planned) : "") + " items, " +
          bytes_text(tally.bytes_done);
  if (micros < kMicrosPerSecond || tally.items_done == 0) return text;
  const double seconds = static_cast<double>(micros) / 1e6;
  const double rate = static_cast<double>(tally.items_done) / seconds;
  // A narrow terminal cuts the end off: what people wait for stands before it.
  if (tally.planned_all && tally.items_planned > tally.items_done) {
    const auto left = static_cast<double>(tally.items_planned - tally.items_done) / rate;
    text += ", " + duration_text(static_cast<std::int64_t>(left * 1e6)) + " left";
  }
  return text + ", " + count_text(static_cast<std::uint64_t>(rate)) + " items/s, " +
         bytes_text(static_cast<std::uint64_t>(static_cast<double>(tally.bytes_done) / seconds)) + "/s";
}

void ScanLine::account_begun(std::string_view /*account*/, const ScanTally& tally) { advanced(tally); }

void ScanLine::advanced(const ScanTally& tally) {
  draw([&](std::int64_t micros) { return scan_line_text(tally, "scanning", micros); });
}

void ScanLine::committing(const ScanTally& tally) {
  draw([&](std::int64_t micros) { return scan_line_text(tally, "committing", micros); });
}

}  // namespace yestermail
