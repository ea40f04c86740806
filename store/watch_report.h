// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace yestermail {

/// How one source is watched.
struct SourceWatch {
  std::string source;  ///< the specification
  std::string method;  ///< "fanotify", "inotify", "polling"; empty: it is not watched now
  std::string why;     ///< why it is not a better method, or not watched; may be empty
};

/// What the real-time scanner says of itself: written every few seconds, in place of the one before. It is a help, not
/// truth: it may be missing, or as old as the last power cut.
struct WatchReport {
  std::int64_t process = 0;
  Instant written;
  Instant running_since;
  /// Up to here every change was noticed, but for the recorded gaps. It stands still while a gap is open.
  Instant covered_until;
  std::string state;  ///< "catching up", "watching", "waiting for the store", "stopped"
  std::vector<SourceWatch> sources;
  std::vector<std::string> open_gaps;  ///< what is not covered now; one line each

  std::int64_t lag_micros = 0;  ///< age of the oldest hint that is not looked at yet; 0: none
  std::uint64_t waiting = 0;    ///< names that are to be looked at
  std::uint64_t events = 0;     ///< from the kernel, since the start, as all below
  std::uint64_t hints = 0;
  std::uint64_t looks = 0;       ///< names looked at
  std::uint64_t recorded = 0;    ///< changes that are durable
  std::uint64_t reconciles = 0;  ///< accounts looked through
  std::uint64_t overflows = 0;
  std::uint64_t failures = 0;  ///< items that could not be read, or were refused
};

std::string encode_watch_report(const WatchReport& report);
/// Nothing where the text is not one.
std::optional<WatchReport> decode_watch_report(std::string_view text);

}  // namespace yestermail
