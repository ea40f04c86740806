// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch/kernel_wait.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "base/error.h"

namespace yestermail {

KernelWait::KernelWait() : woken_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!woken_.valid()) throw_errno(errno, "eventfd");
}

KernelWait::End KernelWait::wait(int fd, std::chrono::steady_clock::time_point until) {
  std::array<pollfd, 2> polled{pollfd{fd, POLLIN, 0}, pollfd{woken_.get(), POLLIN, 0}};
  for (;;) {
    // Rounded up, lest the last millisecond be spent in a loop.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
    if (ready < 0 && errno != EINTR) throw_errno(errno, "poll");
    if (ready > 0) break;
    if (left <= 0) return End::kTime;
  }
  if (polled[1].revents == 0) return End::kReadable;
  std::uint64_t times = 0;
  [[maybe_unused]] const auto taken = ::read(woken_.get(), &times, sizeof times);
  return End::kWoken;
}

void KernelWait::wake() {
  constexpr std::uint64_t kOnce = 1;
  [[maybe_unused]] const auto written = ::write(woken_.get(), &kOnce, sizeof kOnce);  // Full: it is awake already.
}

}  // namespace yestermail
