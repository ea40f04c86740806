// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "policy/purge_plan.h"
#include "tools/json_output.h"

namespace yestermail {

/// What a purge would remove, for people: a row for each account of which something goes, or that a hold keeps.
void print_plans(std::span<const AccountPlan> plans, std::ostream& out);

/// The same for programs; `doubts` as in doubts_about().
Json plans_json(std::span<const AccountPlan> plans, const std::vector<std::string>& doubts);

}  // namespace yestermail
