// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "base/fd.h"

namespace yestermail {

/// Waits for a file descriptor, or for another thread.
class KernelWait {
 public:
  KernelWait();

  enum class End {
    kTime,
    kReadable,
    kWoken,
  };
  /// Waits until `fd` can be read (-1: there is none), or `until`, or wake(). A wake() that nobody waited for ends the
  /// next wait.
  End wait(int fd, std::chrono::steady_clock::time_point until);

  /// From any thread.
  void wake();

 private:
  Fd woken_;
};

}  // namespace yestermail
