// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/log.h"
#include "scanner/scan.h"

namespace yestermail {

/// Counts what a scan does, for its report and for who watches it. Safe for concurrent use.
class ScanTotals {
 public:
  ScanTotals(Log& log, ScanProgress* progress) : log_(log), progress_(progress) {}

  template <class Change>
  void count(Change&& change) {
    const std::lock_guard lock(mutex_);
    change(report_);
  }
  void recorded(EntryKind kind, Cause cause);
  void item_failed(const std::string& line) { fail(&ScanReport::items_failed, line); }
  void item_refused(const std::string& line) { fail(&ScanReport::items_refused, line); }
  void account_failed(const std::string& line) { fail(&ScanReport::accounts_failed, line); }

  void accounts_found(std::uint64_t total);
  void account_begun(std::string_view account);
  void account_planned(bool last);
  void reading_planned();
  void reading_done(std::uint64_t bytes);
  void committing();

  [[nodiscard]] ScanReport report() const;

 private:
  void fail(std::uint64_t ScanReport::*counter, const std::string& line);

  Log& log_;
  ScanProgress* progress_;
  mutable std::mutex mutex_;
  ScanReport report_;  // Both guarded by mutex_, which is held while progress_ is told.
  ScanTally tally_;
};

}  // namespace yestermail
