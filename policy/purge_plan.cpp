// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/purge_plan.h"

#include <algorithm>

#include "policy/sieve.h"
#include "policy/snapshots.h"

namespace yestermail {
namespace {

bool any_between(const std::vector<Instant>& ascending, Instant since, Instant until) {
  const auto first = std::ranges::lower_bound(ascending, since);
  return first != ascending.end() && *first < until;
}

void plan_whole(View& view, AccountPlan& plan) {
  const auto figures = view.account_figures(plan.account.number);
  plan.whole = true;
  // Its own entry goes too: an account that never had an item is something to remove all the same.
  plan.version_count = figures.versions + 1;
  plan.items = figures.items;
  plan.bytes = figures.history_bytes;
}

}  // namespace

PurgeRules read_purge_rules(View& view) {
  PurgeRules rules;
  rules.retention = retention_rules(view);
  rules.holds = holds(view);
  for (const auto& snapshot : snapshots(view)) rules.snapshots.push_back(snapshot.at);
  std::ranges::sort(rules.snapshots);
  return rules;
}

AccountPlan plan_purge(View& view, const PurgeRules& rules, const Account& account, Instant now) {
  AccountPlan plan;
  plan.account = account;
  if (const auto* const hold = hold_on(rules.holds, account.name)) {
    plan.held_by = hold->name;
    return plan;
  }
  const auto retention = retention_for(rules.retention, account.name);
  const auto ended_by = outlived_by(retention.accounts, now);
  if (ended_by && account.until <= *ended_by) {
    plan.shown_in_snapshot = any_between(rules.snapshots, account.since, account.until);
    if (!plan.shown_in_snapshot) {
      plan_whole(view, plan);
      return plan;
    }
  }
  const Cutoffs cutoffs{outlived_by(retention.versions, now), outlived_by(retention.deleted, now)};
  if (cutoffs.superseded || cutoffs.deleted) Sieve(view, account.number, cutoffs, rules.snapshots).sift(plan);
  return plan;
}

}  // namespace yestermail
