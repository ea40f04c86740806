// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/pass_queue.h"

#include <algorithm>

namespace yestermail {

void PassQueue::ask(Pass pass, Time when) {
  const std::lock_guard lock(mutex_);
  if (pass.answer) {
    if (refusal_) return pass.answer->set_exception(refusal_);
  } else {
    for (auto& waiting : waiting_) {
      if (waiting.pass.answer || waiting.pass.kind != pass.kind || waiting.pass.source != pass.source) continue;
      waiting.when = std::min(waiting.when, when);
      waiting.pass.gaps.insert(waiting.pass.gaps.end(), pass.gaps.begin(), pass.gaps.end());
      changed_.notify_all();
      return;
    }
  }
  waiting_.push_back({when, std::move(pass)});
  changed_.notify_all();
}

std::optional<Pass> PassQueue::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto next = std::ranges::min_element(waiting_, {}, &Waiting::when);
    if (next == waiting_.end()) {
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
    } else if (next->when <= std::chrono::steady_clock::now()) {
      auto pass = std::move(next->pass);
      waiting_.erase(next);
      busy_ = true;
      return pass;
    } else {
      const auto when = next->when;
      changed_.wait_until(lock, stop, when,
                          [&] { return std::ranges::any_of(waiting_, [&](const auto& w) { return w.when < when; }); });
    }
  }
  return std::nullopt;
}

void PassQueue::done() {
  const std::lock_guard lock(mutex_);
  busy_ = false;
}

bool PassQueue::is_idle() const {
  const std::lock_guard lock(mutex_);
  return !busy_ && waiting_.empty();
}

void PassQueue::refuse(std::exception_ptr why) {
  const std::lock_guard lock(mutex_);
  refusal_ = std::move(why);
  if (!refusal_) return;
  for (auto& waiting : waiting_) {
    if (waiting.pass.answer) waiting.pass.answer->set_exception(refusal_);
  }
  std::erase_if(waiting_, [](const Waiting& waiting) { return waiting.pass.answer != nullptr; });
}

}  // namespace yestermail
