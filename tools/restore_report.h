// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <ostream>

#include "base/clock.h"
#include "restore/report.h"
#include "tools/environment.h"
#include "tools/json_output.h"

namespace yestermail {

/// Tells of each item what became of it as soon as that is certain, and counts. One thread.
class RestoreReport {
 public:
  RestoreReport(Environment& env, bool json, bool dry_run);

  /// What the restorer reports to. Valid as long as this lives.
  [[nodiscard]] const ReportSink& sink() const { return sink_; }
  /// Prints the sums, and gives the exit status: 0, or 1 where nothing was found or nothing could be restored, 3 where
  /// stored bytes were damaged, 5 where some failed.
  int end();
  /// Items so far.
  [[nodiscard]] std::uint64_t count() const;

 private:
  void take(const ItemReport& report);
  void print(const ItemReport& report);
  void draw(bool erase);
  [[nodiscard]] std::uint64_t count(Outcome outcome) const { return counts_.at(static_cast<std::size_t>(outcome)); }

  Environment& env_;
  const bool json_;
  const bool dry_run_;
  const ReportSink sink_;
  JsonArray array_;
  std::array<std::uint64_t, 4> counts_{};
  bool damaged_ = false;
  bool unread_ = false;  // Standard output was closed.
  const Instant begun_;
  Instant drawn_{0};
};

}  // namespace yestermail
