// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/totals.h"

namespace yestermail {

void ScanTotals::recorded(EntryKind kind, Cause cause) {
  if (kind == EntryKind::kDirectory) return;
  const std::lock_guard lock(mutex_);
  switch (cause) {
    case Cause::kArrived: ++report_.items_arrived; break;
    case Cause::kRenamed: ++report_.items_renamed; break;
    case Cause::kMoved: ++report_.items_moved; break;
    case Cause::kChanged: ++report_.items_changed; break;
    case Cause::kTouched: ++report_.items_touched; break;
  }
}

void ScanTotals::fail(std::uint64_t ScanReport::*counter, const std::string& line) {
  const std::lock_guard lock(mutex_);
  ++(report_.*counter);
  ++report_.failures_total;
  if (report_.failures.size() == ScanReport::kFailureTexts) return;
  report_.failures.push_back(line);
  log_.warning(line);
}

void ScanTotals::accounts_found(std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  report_.accounts_seen = tally_.accounts_total = total;
}

void ScanTotals::account_begun(std::string_view account) {
  const std::lock_guard lock(mutex_);
  if (progress_ != nullptr) progress_->account_begun(account, tally_);
}

void ScanTotals::account_planned(bool last) {
  const std::lock_guard lock(mutex_);
  ++tally_.accounts_planned;
  tally_.planned_all = last;
  if (progress_ != nullptr) progress_->advanced(tally_);
}

void ScanTotals::reading_planned() {
  const std::lock_guard lock(mutex_);
  ++tally_.items_planned;
}

void ScanTotals::reading_done(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  ++tally_.items_done;
  tally_.bytes_done += bytes;
  report_.bytes_read += bytes;
  if (progress_ != nullptr) progress_->advanced(tally_);
}

void ScanTotals::committing() {
  const std::lock_guard lock(mutex_);
  if (progress_ != nullptr) progress_->committing(tally_);
}

ScanReport ScanTotals::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

}  // namespace yestermail
