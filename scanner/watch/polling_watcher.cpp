// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "scanner/watch/kernel_wait.h"
#include "scanner/watch/watch_counters.h"
#include "scanner/watch/watched_root.h"
#include "scanner/watch/watcher.h"

namespace yestermail {
namespace {

class PollingWatcher final : public Watcher {
 public:
  explicit PollingWatcher(const WatcherSettings& settings)
      : root_(settings.root), interval_(settings.poll_interval), due_(Clock::now() + interval_) {}

  [[nodiscard]] WatchMethod method() const override { return WatchMethod::kPolling; }

  bool wait(std::chrono::milliseconds timeout, const HintSink& sink) override {
    const auto end = Clock::now() + timeout;
    while (root_.is_there()) {
      if (Clock::now() >= due_) {
        due_ = Clock::now() + interval_;
        ++counters_.hints;
        sink({root_.path(), "", true, false});
        return root_.is_there(true);
      }
      if (waiter_.wait(-1, std::min({end, due_, root_.next_look()})) == KernelWait::End::kWoken) return true;
      if (Clock::now() >= end && end < due_) return true;
    }
    return false;
  }

  void wake() override { waiter_.wake(); }
  [[nodiscard]] WatcherFigures figures() const override { return counters_.figures(); }

 private:
  using Clock = std::chrono::steady_clock;

  WatchedRoot root_;
  KernelWait waiter_;
  WatchCounters counters_;
  const std::chrono::milliseconds interval_;
  Clock::time_point due_;
};

}  // namespace

std::unique_ptr<Watcher> make_polling_watcher(const WatcherSettings& settings) {
  return std::make_unique<PollingWatcher>(settings);
}

}  // namespace yestermail
