// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/pipeline.h"

namespace yestermail {

void CommitGate::enter() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !committing_; });
  ++inside_;
}

void CommitGate::leave() {
  const std::lock_guard lock(mutex_);
  if (--inside_ == 0) changed_.notify_all();
}

void CommitGate::commit_if_full(ScanTotals& totals) { commit_if(true, totals); }
void CommitGate::commit(ScanTotals& totals) { commit_if(false, totals); }

void CommitGate::commit_if(bool only_if_full, ScanTotals& totals) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !committing_; });
    if (only_if_full && !session_.full()) return;
    committing_ = true;
    changed_.wait(lock, [this] { return inside_ == 0; });
  }
  struct Reopen {
    CommitGate& gate;
    ~Reopen() {
      const std::lock_guard lock(gate.mutex_);
      gate.committing_ = false;
      gate.changed_.notify_all();
    }
  } const reopen{*this};
  totals.committing();
  session_.commit();
}

}  // namespace yestermail
