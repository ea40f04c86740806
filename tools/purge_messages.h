// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/recorder.h"
#include "tools/json_output.h"

namespace yestermail {

// The request `purge` over STORE/control (docs/control.md).

/// As many requests, each of a size that the daemon takes, as these need. `erasure`: what goes is remembered, under
/// this note.
std::vector<Json> purge_requests_json(std::span<const PurgeRequest> requests,
                                      const std::optional<std::string>& erasure = {});
/// Error{kUsage} for what is no such request.
std::vector<PurgeRequest> purge_requests_of(const Json& request);
std::optional<std::string> erasure_of(const Json& request);

Json purge_result_json(const PurgeResult& result);
PurgeResult purge_result_of(const Json& json);

/// Of several purges, one after the other.
void add_to(PurgeResult& sum, const PurgeResult& next);

}  // namespace yestermail
