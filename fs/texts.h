// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/clock.h"
#include "fs/request_counters.h"
#include "store/view.h"

namespace yestermail {

/// README.txt of a mount: what this is and how to restore.
std::string readme_text();

/// .status of a mount: one JSON object, padded with spaces to kStatusSize, so that a reader that was told the size
/// before gets a whole one.
inline constexpr std::size_t kStatusSize = 1024;
std::string status_text(const std::string& store_id, Instant last, const StoreFigures& figures,
                        const RequestCounters& counters);

}  // namespace yestermail
