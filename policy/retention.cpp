// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/retention.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/account_words.h"
#include "base/ascii.h"
#include "base/error.h"

namespace yestermail {
namespace {

using Kind = std::optional<Age> Retention::*;
constexpr std::array<std::pair<std::string_view, Kind>, 3> kKinds{
    {{"versions", &Retention::versions}, {"deleted", &Retention::deleted}, {"accounts", &Retention::accounts}}};

/// A wider scope has a lower number; 0: it is not about this account.
int narrowness(std::string_view scope, std::string_view account) {
  if (scope == account && scope != kGlobalScope) return 3;
  if (scope.starts_with('@') && names_account(scope, account)) return 2;
  return scope == kGlobalScope ? 1 : 0;
}

}  // namespace

std::vector<RetentionRule> retention_rules(View& view) {
  std::vector<RetentionRule> rules;
  for (const auto& setting : settings_of(view, kRetentionWord)) rules.push_back(retention_of(setting));
  return rules;
}

std::optional<RetentionRule> retention_rule(View& view, std::string_view scope) {
  const auto setting = setting_named(view, std::string(kRetentionWord) + " " + std::string(scope));
  if (!setting) return std::nullopt;
  return retention_of(*setting);
}

Retention retention_for(std::span<const RetentionRule> rules, std::string_view account) {
  Retention retention;
  for (const auto& [name, kind] : kKinds) {
    int narrowest = 0;
    for (const auto& rule : rules) {
      const int here = narrowness(rule.scope, account);
      if (here <= narrowest || !(rule.retention.*kind)) continue;
      narrowest = here;
      retention.*kind = rule.retention.*kind;
    }
  }
  return retention;
}

std::string checked_scope(std::string_view scope) {
  if (scope.empty() || scope == "@") {
    throw Error(Errc::kUsage, "\"" + printable(scope) + "\" is no scope: write global, @DOMAIN or ACCOUNT");
  }
  return scope.starts_with('@') ? lower_case(scope) : std::string(scope);
}

Setting setting_of(const RetentionRule& rule) {
  Setting setting;
  setting.name = std::string(kRetentionWord) + " " + rule.scope;
  for (const auto& [name, kind] : kKinds) {
    if (const auto& age = rule.retention.*kind) setting.fields.texts.emplace(name, age->text);
  }
  return setting;
}

RetentionRule retention_of(const Setting& setting) {
  RetentionRule rule{std::string(subject_of(setting.name)), {}};
  for (const auto& [name, kind] : kKinds) {
    const auto text = setting.fields.texts.find(name);
    if (text == setting.fields.texts.end()) continue;
    rule.retention.*kind = parse_age(text->second);
    if (!(rule.retention.*kind)) {
      throw Error(Errc::kDamage, "the setting \"" + printable(setting.name) + "\" has no age in \"" +
                                     std::string(name) + "\": set it anew");
    }
  }
  return rule;
}

}  // namespace yestermail
