// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/signals.h"

#include <pthread.h>

namespace yestermail {

HeldSignals::HeldSignals(std::initializer_list<int> signals) {
  sigemptyset(&held_);
  for (const int signal : signals) sigaddset(&held_, signal);
  pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() {
  while (wait(std::chrono::milliseconds(0))) continue;  // What came at the end is answered by ending.
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> HeldSignals::wait(std::chrono::milliseconds most) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
  const timespec limit{seconds.count(), static_cast<long>((most - seconds).count()) * 1'000'000};
  const int signal = ::sigtimedwait(&held_, nullptr, &limit);
  return signal > 0 ? std::optional(signal) : std::nullopt;
}

}  // namespace yestermail
