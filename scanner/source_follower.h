// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "scanner/fence.h"
#include "scanner/gap_list.h"
#include "scanner/hint_router.h"
#include "scanner/watch/watcher.h"
#include "store/watch_report.h"

namespace yestermail {

/// A thread that keeps one root of a source watched: it chooses a watcher, hands its hints on, and when the root is
/// gone tries again until it is back. All members may be called from any thread.
class SourceFollower {
 public:
  struct World {
    const Clock& clock;
    Log& log;
    Fence& fence;
    GapList& gaps;
    PassQueue& passes;
    std::atomic<std::uint64_t>& losses;                   ///< times that hints were lost
    std::function<std::chrono::milliseconds()> patience;  ///< how long a watcher may wait now
  };
  SourceFollower(World world, HintRouter router, WatcherSettings settings, WatchMethod first_method,
                 const SourceMap& map, std::size_t source);
  SourceFollower(const SourceFollower&) = delete;
  SourceFollower& operator=(const SourceFollower&) = delete;
  /// Ends the thread.
  ~SourceFollower();

  /// Waits until it watches, or knows that it cannot at present.
  void wait_for_first_try();
  /// Ends the wait of its watcher.
  void wake();
  /// Asks for a look through the source where nothing but that tells what changed.
  void look_through_if_it_polls();
  [[nodiscard]] SourceWatch state() const;
  [[nodiscard]] WatcherFigures figures() const;

 private:
  void follow(const std::stop_token& stop) noexcept;
  bool watch(const std::stop_token& stop);
  [[nodiscard]] bool polls() const;
  void take(const Hint& hint);
  void set_state(std::string method, std::string why);
  void lost(GapReason reason, const std::string& text, Instant from);
  void look_through();
  void pause(const std::stop_token& stop);

  const World world_;
  HintRouter router_;
  const WatcherSettings settings_;
  const WatchMethod first_method_;
  const std::string source_text_;
  const std::size_t source_;

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable_any changed_;
  std::shared_ptr<Watcher> watcher_;
  SourceWatch state_;
  WatcherFigures past_figures_;  // Of watchers that are gone.
  bool tried_ = false;

  // The thread's own.
  Instant last_return_;
  std::vector<GapList::Id> gaps_;

  std::jthread thread_;
};

}  // namespace yestermail
