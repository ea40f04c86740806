// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "policy/purge_plan.h"
#include "store/check_state.h"
#include "store/view.h"

namespace yestermail {

/// Why a purge should not be believed, one line for people each; none: all is as usual. `lives`: all accounts.
///
/// - The newest change is more than an hour in the future, or no account changed for more than a month: a clock is
///   wrong, or nobody watches.
/// - A month and more without a change ended within the last month: what came after it may have been recorded by a
///   wrong clock, and all that was there before seems old.
std::vector<std::string> doubts_about(View& view, std::span<const Account> lives, Instant now);

/// - A check of everything has not come to its end, or one found damage that is not known to be healed.
std::vector<std::string> doubts_about(const CheckState& checks);

/// - More than half of an account's items would go at once, 100 and more; or more than half of all accounts, 10 and
///   more.
std::vector<std::string> doubts_about(std::span<const AccountPlan> plans, std::size_t accounts_known);

}  // namespace yestermail
