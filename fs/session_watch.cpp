// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/session_watch.h"

#include <chrono>

#include "fs/thread_signals.h"

namespace yestermail {

SavedSignals::SavedSignals() {
  sigset_t ours;
  sigemptyset(&ours);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    const int number = kSignals[i];
    ::sigaction(number, nullptr, &actions_[i]);
    const bool stays = number != SIGTERM && actions_[i].sa_handler == SIG_IGN;
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    if (!stays) ::sigaction(number, &usual, nullptr);
    if (number != SIGPIPE) sigaddset(&ours, number);
  }
  pthread_sigmask(SIG_UNBLOCK, &ours, &mask_);
}

SavedSignals::~SavedSignals() {
  pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &actions_[i], nullptr);
}

LoopWatch::LoopWatch(std::function<bool()> has_ended) : has_ended_(std::move(has_ended)) {
  thread_ = std::thread([this, loop = pthread_self()] { watch(loop); });
}

LoopWatch::~LoopWatch() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LoopWatch::watch(pthread_t loop) {
  block_signals();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, std::chrono::seconds(1), [this] { return done_; })) {
    if (has_ended_()) pthread_kill(loop, SIGTERM);
  }
}

}  // namespace yestermail
