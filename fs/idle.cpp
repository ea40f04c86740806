// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/idle.h"

#include <algorithm>

#include "fs/thread_signals.h"

namespace yestermail {

IdleWatch::IdleWatch(LastUse& last_use, std::chrono::seconds idle, std::function<void()> end)
    : last_use_(last_use), idle_(idle), end_(std::move(end)), thread_([this] { watch(); }) {}

IdleWatch::~IdleWatch() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void IdleWatch::watch() {
  block_signals();
  std::unique_lock lock(mutex_);
  while (!done_) {
    const auto left = idle_ - last_use_.ago();
    if (left <= std::chrono::steady_clock::duration::zero()) {
      lock.unlock();
      end_();
      lock.lock();
      last_use_.note();
      continue;
    }
    changed_.wait_for(lock, left, [this] { return done_; });
  }
}

}  // namespace yestermail
