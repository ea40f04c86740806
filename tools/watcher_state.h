// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/view.h"
#include "tools/json_output.h"
#include "tools/writer_probe.h"

namespace yestermail {

/// What is known of the real-time scanner of a store.
struct WatcherState {
  std::optional<WatchReport> report;  ///< nothing: the store was never watched
  bool running = false;               ///< the process that reported it still runs

  /// It ended without saying so: what it reported is old.
  [[nodiscard]] bool is_stale() const { return report && !running && report->state != "stopped"; }
};

/// From the last report in the store. `writer`: who holds the store, asked before the report is read.
WatcherState read_watcher_state(View& view, const std::optional<Writer>& writer, Instant now);

/// A span in which changes may have been missed, as it is shown.
struct ShownGap {
  Instant from;
  Instant until = kForever;  ///< kForever: it is still open
  std::string reason;        ///< "not watched" and the like
  std::string text;          ///< what it is about; printable
  bool of_account = false;   ///< of one account; otherwise of all
};

/// The recorded gaps of an account (kServerAccount: those of all accounts) that overlap [from, until), by their start.
std::vector<ShownGap> recorded_gaps(View& view, AccountNumber account, Instant from, Instant until);
/// What is not covered now and is recorded later. `recorded` is read after `watcher`: what was closed between is left
/// out.
std::vector<ShownGap> open_gaps(const WatcherState& watcher, const std::vector<ShownGap>& recorded);

Json gap_json(const ShownGap& gap);
/// null where the store was never watched.
Json watcher_json(const WatcherState& watcher);
/// "running, process 12, watching" and the like.
std::string watcher_text(const WatcherState& watcher);

}  // namespace yestermail
