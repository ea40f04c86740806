// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "fs/request_counters.h"
#include "store/check_state.h"
#include "store/view.h"

namespace yestermail {

/// README.txt of a mount: what this is and how to restore.
std::string readme_text();

/// What .status tells of the store.
struct StatusFacts {
  std::string store_id;  ///< may be empty
  Instant last;
  StoreFigures figures;
  std::optional<WatchReport> watcher;  ///< as the real-time scanner said it last
  CheckState checks;
  std::vector<Gap> gaps;  ///< in which changes may have been missed; the newest few are shown
};

/// .status of a mount: one JSON object, padded with spaces to kStatusSize, so that a reader that was told the size
/// before gets a whole one. What is too long for it is left out, the oldest gaps first.
inline constexpr std::size_t kStatusSize = 4096;
std::string status_text(const StatusFacts& facts, const RequestCounters& counters);

}  // namespace yestermail
