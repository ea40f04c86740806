// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "scanner/live_account.h"
#include "tests/scanner/scan_world.h"

namespace yestermail::test {

/// Follows alice's account with hints of the test's choice, in place of a watcher and its threads.
class LiveDriver {
 public:
  explicit LiveDriver(ScanWorld& world);

  /// One call of a worker with these names.
  void look(std::vector<Look> messages, bool all_were_told = true);
  void look_at_file(const Look& look);
  /// As if all hints of what happened until now had been handed out and looked at.
  void pass_fences() { fence_ += 2; }
  /// Calls again as long as anything is held back; nothing else happens meanwhile.
  void settle();
  /// The account has been looked through.
  void reconciled();

  bool covered = true;
  bool wants_reconcile = false;
  bool saw_it_gone = false;

 private:
  void work(OperationQueue::Work work);

  ScanWorld& world_;
  std::atomic<std::uint64_t> fence_{0};
  FollowCounters counters_;
  FailureLog failures_;
  std::unique_ptr<LiveAccount> account_;
  std::vector<Look> again_;
  std::set<std::string> folders_;
  bool held_back_ = false;
};

}  // namespace yestermail::test
