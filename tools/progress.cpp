// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/progress.h"

#include <algorithm>

#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::int64_t kRedraw = kMicrosPerSecond / 5;

}  // namespace

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

ScanLine::ScanLine(Environment& env, bool quiet)
    : env_(env), shown_(env.terminal && !quiet), begun_(env.clock.now()), log_(env.err) {}

void ScanLine::account_begun(std::string_view /*account*/, const ScanTally& tally) { draw(tally, "scanning"); }
void ScanLine::advanced(const ScanTally& tally) { draw(tally, "scanning"); }
void ScanLine::committing(const ScanTally& tally) { draw(tally, "committing"); }

void ScanLine::warning(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  log_.warning(line);
}

void ScanLine::error(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  log_.error(line);
}

void ScanLine::erase() {
  const std::lock_guard lock(mutex_);
  erase_locked();
}

void ScanLine::draw(const ScanTally& tally, std::string_view doing) {
  if (!shown_) return;
  const std::lock_guard lock(mutex_);
  const auto now = env_.clock.now();
  if (on_screen_ && now.value - drawn_.value < kRedraw) return;
  drawn_ = now;
  on_screen_ = true;
  // A line as wide as the terminal would wrap and could not be taken back.
  const auto width = std::max(20U, env_.columns) - 1;
  env_.err << "\r\033[K" << shortened(scan_line_text(tally, doing, now.value - begun_.value), width) << std::flush;
}

void ScanLine::erase_locked() {
  if (!on_screen_) return;
  env_.err << "\r\033[K" << std::flush;
  on_screen_ = false;
}

}  // namespace yestermail
