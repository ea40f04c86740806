// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/age.h"
#include "policy/settings.h"

namespace yestermail {

inline constexpr std::string_view kRetentionWord = "retention";
inline constexpr std::string_view kGlobalScope = "global";

/// How long is kept what is not there any more. What is absent is not settled here.
struct Retention {
  std::optional<Age> versions;  ///< earlier states of what is there still, since another took their place
  std::optional<Age> deleted;   ///< items, since they were deleted
  std::optional<Age> accounts;  ///< accounts, since they ended
};

/// Retention of a scope: `global`, `@domain` or the name of an account.
struct RetentionRule {
  std::string scope;
  Retention retention;
};

/// All, by scope. Error{kDamage}: one of them cannot be read.
std::vector<RetentionRule> retention_rules(View& view);
std::optional<RetentionRule> retention_rule(View& view, std::string_view scope);

/// What holds for an account: for each kind the narrowest scope that settles it. What none does is kept for ever.
Retention retention_for(std::span<const RetentionRule> rules, std::string_view account);

/// As a setting is named: letters of a domain in lower case. Error{kUsage}: no scope.
std::string checked_scope(std::string_view scope);

Setting setting_of(const RetentionRule& rule);
/// Error{kDamage}
RetentionRule retention_of(const Setting& setting);

}  // namespace yestermail
