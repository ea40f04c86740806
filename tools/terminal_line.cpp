// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/terminal_line.h"

#include <algorithm>

#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::int64_t kRedraw = kMicrosPerSecond / 5;
constexpr std::string_view kEraseLine = "\r\033[K";

}  // namespace

TerminalLine::TerminalLine(Environment& env, bool shown)
    : env_(env), shown_(env.terminal && shown), begun_(env.clock.now()), log_(env.err) {}

void TerminalLine::draw(const Text& text) {
  if (!shown_) return;
  const std::lock_guard lock(mutex_);
  const auto now = env_.clock.now();
  if (now.value - drawn_.value < kRedraw) return;
  drawn_ = now;
  on_screen_ = true;
  // A line as wide as the terminal would wrap and could not be taken back.
  const auto width = std::max(20U, env_.columns) - 1;
  env_.err << kEraseLine << shortened(text(now.value - begun_.value), width) << std::flush;
}

void TerminalLine::erase() {
  const std::lock_guard lock(mutex_);
  erase_locked();
}

void TerminalLine::erase_locked() {
  if (!on_screen_) return;
  env_.err << kEraseLine << std::flush;
  on_screen_ = false;
}

void TerminalLine::print(std::ostream& out, std::string_view text) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  out << text;
}

void TerminalLine::warning(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  log_.warning(line);
}

void TerminalLine::error(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_locked();
  log_.error(line);
}

std::string pace_text(std::uint64_t bytes, std::uint64_t expected, std::int64_t micros) {
  if (micros < kMicrosPerSecond || bytes == 0) return {};
  const double rate = static_cast<double>(bytes) * 1e6 / static_cast<double>(micros);
  std::string text;
  if (expected > bytes) {
    const auto left = static_cast<double>(expected - bytes) / rate;
    text = ", " + duration_text(static_cast<std::int64_t>(left * 1e6)) + " left";
  }
  return text + ", " + bytes_text(static_cast<std::uint64_t>(rate)) + "/s";
}

}  // namespace yestermail
