// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/scanner/live_driver.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>

namespace yestermail::test {

LiveDriver::LiveDriver(ScanWorld& world) : world_(world), failures_(world.log, counters_) {
  const SourceSpec spec(world.sources.front());
  auto source = account_in(spec, "alice@example.com");
  const LiveAccount::World live{*world.recorder, counters_, failures_, std::uint64_t{1} << 30U, fence_};
  account_ = std::make_unique<LiveAccount>(live, std::move(*source), world.account());
}

void LiveDriver::work(OperationQueue::Work work) {
  work.account = "alice@example.com";
  work.fence = fence_;
  auto outcome = account_->work(work, covered);
  wants_reconcile = wants_reconcile || outcome.reconcile;
  saw_it_gone = saw_it_gone || outcome.gone;
  held_back_ = outcome.again.has_value();
  again_.insert(again_.end(), outcome.looks.begin(), outcome.looks.end());
  folders_.insert(outcome.folders.begin(), outcome.folders.end());
}

void LiveDriver::look(std::vector<Look> messages, bool all_were_told) {
  OperationQueue::Work one;
  one.messages = std::move(messages);
  one.all_messages = all_were_told;
  work(std::move(one));
}

void LiveDriver::look_at_file(const Look& look) {
  OperationQueue::Work one;
  one.files = {look};
  work(std::move(one));
}

void LiveDriver::settle() {
  for (int i = 0; i < 100; ++i) {
    OperationQueue::Work one;
    for (auto& look : std::exchange(again_, {})) {
      (look.directory.ends_with("cur") || look.directory.ends_with("new") ? one.messages : one.files).push_back(look);
    }
    const auto folders = std::exchange(folders_, {});
    one.folders.assign(folders.begin(), folders.end());
    pass_fences();
    const bool files = !one.files.empty();
    work(std::move(one));
    if (again_.empty() && folders_.empty() && !held_back_) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(files ? 500 : 30));
  }
  ADD_FAILURE() << "it does not come to rest";
}

void LiveDriver::reconciled() {
  account_->looked_through({});
  wants_reconcile = false;
}

}  // namespace yestermail::test
