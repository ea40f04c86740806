// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "scanner/scan.h"
#include "tools/environment.h"

namespace yestermail {

/// The line that tells on a terminal how far a scan is, redrawn a few times a second. Log lines of the store go through
/// it, so that they do not break it. Draws nothing where `env.err` is no terminal. Safe for concurrent use.
class ScanLine final : public ScanProgress, public Log {
 public:
  ScanLine(Environment& env, bool quiet);

  void account_begun(std::string_view account, const ScanTally& tally) override;
  void advanced(const ScanTally& tally) override;
  void committing(const ScanTally& tally) override;
  void warning(std::string_view line) override;
  void error(std::string_view line) override;
  /// Takes the line away.
  void erase();

 private:
  void draw(const ScanTally& tally, std::string_view doing);
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

/// The text of the line, without anything for the terminal. `micros`: since the scan began.
std::string scan_line_text(const ScanTally& tally, std::string_view doing, std::int64_t micros);

}  // namespace yestermail
