// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <thread>

#include "scanner/watch.h"
#include "tests/scanner/scan_world.h"

namespace yestermail::test {

/// A ScanWorld whose store is written by a Watch in a thread of its own, as the daemon does it.
class WatchWorld : public ScanWorld {
 public:
  WatchWorld();
  ~WatchWorld();

  /// Closes the recorder of the ScanWorld, and follows. Returns when all sources are watched.
  void start();
  /// Stops in good order.
  void stop();
  /// Waits until all is recorded, then compares the store with the disk.
  void expect_followed();
  [[nodiscard]] bool settles(std::chrono::seconds most = std::chrono::seconds(30));
  /// What the store shows while it is followed, or afterwards.
  View& past();
  std::vector<Gap> gaps() { return past().gaps(kServerAccount, Instant{0}, kForever); }

  WatchOptions options;
  std::unique_ptr<Watch> watch;

 private:
  std::unique_ptr<View> view_;
  std::exception_ptr failure_;
  std::jthread thread_;
};

}  // namespace yestermail::test
