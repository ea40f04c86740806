// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "tools/environment.h"

namespace yestermail {

/// The line on a terminal that tells how far a command is, drawn anew a few times a second at most. Log lines go
/// through it, so that they do not break it. Draws nothing where `env.err` is no terminal. Taken away at the end,
/// whatever that is. Safe for concurrent use.
class TerminalLine : public Log {
 public:
  /// `shown`: false where nobody is to see it, as with --quiet or --json.
  TerminalLine(Environment& env, bool shown);
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;
  ~TerminalLine() override { erase(); }

  /// Gives the text from the microseconds since the line was made. Asked only where the line is drawn.
  using Text = std::function<std::string(std::int64_t micros)>;
  /// What is wider than the terminal is cut off.
  void draw(const Text& text);
  /// Takes the line away.
  void erase();
  /// Writes to `out`, which may be the same terminal, with the line out of the way.
  void print(std::ostream& out, std::string_view text);
  void warning(std::string_view line) override;
  void error(std::string_view line) override;
  /// Since the line was made.
  [[nodiscard]] std::int64_t elapsed_micros() const { return env_.clock.now().value - begun_.value; }

 private:
  void erase_locked();

  Environment& env_;
  const bool shown_;
  const Instant begun_;
  std::mutex mutex_;
  // Guarded by mutex_.
  StreamLog log_;
  Instant drawn_{0};
  bool on_screen_ = false;
};

/// ", 10.0 s left, 3.00 MiB/s": at this pace; without what is left where `expected` is not known (0) or reached. Empty
/// where it is too early to tell.
std::string pace_text(std::uint64_t bytes, std::uint64_t expected, std::int64_t micros);

}  // namespace yestermail
