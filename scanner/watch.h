// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "scanner/scan.h"
#include "scanner/watch/watcher.h"
#include "store/recorder.h"
#include "store/watch_report.h"

namespace yestermail {

/// How sources are followed.
struct WatchOptions {
  unsigned threads = 0;                                     ///< that look at what changed; 0: one a processor
  std::vector<std::string> accounts;                        ///< shell patterns of account names to take; none: all
  std::vector<std::string> exclude;                         ///< shell patterns of account names to leave out; they win
  std::uint64_t largest_file = std::uint64_t{16} << 30U;    ///< bytes; a larger file is refused, and reported
  WatchMethod first_method = WatchMethod::kFanotify;        ///< the best one to try
  std::chrono::milliseconds poll_interval{10'000};          ///< where the kernel does not tell
  std::chrono::milliseconds scan_interval{15 * 60 * 1000};  ///< after which all is looked through once more
  std::chrono::milliseconds report_interval{2'000};         ///< of what it says of itself
  std::size_t most_names = 100'000;                         ///< that may wait
};

/// Follows sources: what changes in them is recorded as it happens. It marks first, then looks through everything, then
/// looks at what was hinted at, so that nothing falls between. Where hints may have been lost, everything that they
/// could have been about is looked through again, and the span is recorded as a gap. An item that fails is logged and
/// counted; the rest goes on. Where the store takes nothing (its disk is full) the sources are still watched, and the
/// store is tried again until it does; the gap is closed then. Never writes to a source.
class Watch {
 public:
  /// Opens the store for writing; called again after the store has failed.
  using OpenRecorder = std::function<std::unique_ptr<Recorder>()>;

  /// Error{kUsage} for a source that is none.
  Watch(OpenRecorder open, const Clock& clock, Log& log, const std::vector<std::string>& sources,
        const WatchOptions& options);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();

  /// Follows until `stop` is asked for, then records what it was hinted at until then, as far as that takes no more
  /// than a few seconds, and closes the store. `ready` is called once, when all sources are watched and the store is
  /// open. Throws what keeps it from beginning: Error{kLocked} and the like of opening the store.
  void run(const std::stop_token& stop, const std::function<void()>& ready);

  // While run() runs, from any thread:

  /// What it does now.
  [[nodiscard]] WatchReport report() const;
  /// Looks through the accounts now, all of them or those that match. Waits for it. Error{kReadOnly}: the store takes
  /// nothing at present; Error{kFailed}: it is being stopped.
  ScanReport scan(const ScanOptions& options, ScanProgress* progress);
  /// Calls `work` with the open store, in this thread, beside what the watcher records in it. The store stays open
  /// until `work` has returned; what it throws goes through. Error{kReadOnly}: the store takes nothing at present.
  void with_recorder(const std::function<void(Recorder&)>& work);
  /// Waits until nothing is left to look at and no gap is open. False: that took longer than `most`.
  bool wait_until_settled(std::chrono::milliseconds most);

 private:
  class State;
  const std::unique_ptr<State> state_;
};

}  // namespace yestermail
