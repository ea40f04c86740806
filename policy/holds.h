// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/settings.h"

namespace yestermail {

inline constexpr std::string_view kHoldWord = "hold";

/// While it stands nothing of these accounts is purged or erased, whatever else is set.
struct Hold {
  std::string name;
  std::vector<std::string> accounts;  ///< patterns, see base/account_words.h; of all incarnations
  std::string note;                   ///< for people
  Instant since = {};
};

/// Error{kUsage} that says what the name of a hold is.
void require_hold_name(std::string_view name);

/// All, by name. Error{kDamage}: one of them cannot be read; who removes has to stop then.
std::vector<Hold> holds(View& view);
/// The first that is about an account; nullptr: none.
const Hold* hold_on(std::span<const Hold> holds, std::string_view account);
/// Error{kFailed} that names the hold and the way out, where there is one on the account.
void refuse_held(View& view, std::string_view account);

Setting setting_of(const Hold& hold);
/// Error{kDamage}
Hold hold_of(const Setting& setting);

}  // namespace yestermail
