// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ostream>
#include <string_view>

#include "store/check.h"
#include "store/repair.h"
#include "tools/json_output.h"

namespace yestermail {

/// "structure", "packs", "frames", "items".
std::string_view level_text(CheckLevel level);
/// "last checked" for status: when, how deep, and whether something was damaged.
std::string last_check_text(const LastCheck& last, Instant now);

/// One line a finding, then a line that sums up.
void print_findings(const CheckFindings& findings, std::int64_t micros, std::ostream& out);
Json findings_json(const CheckFindings& findings, std::int64_t micros);

void print_repair(const RepairReport& report, std::ostream& out);
Json repair_json(const RepairReport& report);

}  // namespace yestermail
