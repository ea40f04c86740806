// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace yestermail {

/// When a mount was asked something last. Safe for concurrent use.
class LastUse {
 public:
  void note() { at_.store(std::chrono::steady_clock::now().time_since_epoch().count(), std::memory_order_relaxed); }
  [[nodiscard]] std::chrono::steady_clock::duration ago() const {
    return std::chrono::steady_clock::now().time_since_epoch() - std::chrono::steady_clock::duration(at_.load());
  }

 private:
  std::atomic<std::chrono::steady_clock::rep> at_ = std::chrono::steady_clock::now().time_since_epoch().count();
};

/// Looks again and again, on a thread of its own for as long as it lives, whether nothing was asked for `idle`; then
/// calls `end`, which may decline (something is in use still): it is called again after the next such span.
class IdleWatch {
 public:
  IdleWatch(LastUse& last_use, std::chrono::seconds idle, std::function<void()> end);
  IdleWatch(const IdleWatch&) = delete;
  IdleWatch& operator=(const IdleWatch&) = delete;
  ~IdleWatch();

 private:
  void watch();

  LastUse& last_use_;
  const std::chrono::seconds idle_;
  const std::function<void()> end_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace yestermail
