// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pthread.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

namespace yestermail {

/// Readies the signals of this thread for FUSE's handlers, and puts all as it was at its end: SIGTERM, SIGINT, SIGHUP
/// and SIGPIPE get their default action (which is all that those handlers replace; a SIGINT or SIGHUP that is ignored,
/// as under nohup, stays so), and this thread takes them.
class SavedSignals {
 public:
  SavedSignals();
  SavedSignals(const SavedSignals&) = delete;
  SavedSignals& operator=(const SavedSignals&) = delete;
  ~SavedSignals();

 private:
  static constexpr std::array<int, 4> kSignals{SIGTERM, SIGINT, SIGHUP, SIGPIPE};
  std::array<struct sigaction, kSignals.size()> actions_{};
  sigset_t mask_{};
};

/// FUSE's signal handlers only mark the session as ended; its loop, on this thread, sees that when a signal interrupts
/// it at the right moment on the right thread. While the session is marked and this object lives, a thread of its own
/// sends this one SIGTERM again. The handlers must be set for as long as it lives.
class LoopWatch {
 public:
  explicit LoopWatch(std::function<bool()> has_ended);
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;
  ~LoopWatch();

 private:
  void watch(pthread_t loop);

  const std::function<bool()> has_ended_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace yestermail
