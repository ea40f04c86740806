// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/purge_doubts.h"

#include <algorithm>

#include "base/error.h"
#include "base/instant_text.h"

namespace yestermail {
namespace {

constexpr std::int64_t kHour = 3600 * kMicrosPerSecond;
constexpr std::int64_t kMonth = 31 * 24 * kHour;
constexpr std::uint64_t kManyItems = 100;
constexpr std::uint64_t kManyAccounts = 10;

bool is_most(std::uint64_t some, std::uint64_t all, std::uint64_t many) { return some >= many && 2 * some > all; }

/// The newest change of any account, as soon as one is found that is young enough.
Instant newest_change(View& view, std::span<const Account> lives, Instant young) {
  Instant newest;
  for (const auto& account : lives) {
    newest = std::max({newest, account.since, view.last_change(account.number, kForever)});
    if (account.until != kForever) newest = std::max(newest, account.until);
    if (newest >= young) break;
  }
  return newest;
}

void look_for_hole(View& view, Instant now, std::vector<std::string>& doubts) {
  const auto hours = view.active_hours();
  for (std::size_t i = 1; i < hours.size(); ++i) {
    if (hours[i].value - hours[i - 1].value <= kMonth || hours[i].value < now.value - kMonth) continue;
    doubts.push_back("nothing was recorded between " + instant_text(hours[i - 1]) + " and " + instant_text(hours[i]) +
                     ": was a clock wrong?");
  }
}

}  // namespace

std::vector<std::string> doubts_about(View& view, std::span<const Account> lives, Instant now) {
  std::vector<std::string> doubts;
  if (lives.empty()) return doubts;
  const auto last = view.last_instant();
  if (last.value > now.value + kHour) {
    doubts.push_back("the newest change is in the future (" + instant_text(last) + "): is the clock wrong?");
  }
  const Instant young{now.value - kMonth};
  const auto newest = newest_change(view, lives, young);
  if (newest < young) {
    doubts.push_back("no account has changed since " + instant_text(newest) +
                     ": is the clock wrong, or does nobody scan?");
  }
  look_for_hole(view, now, doubts);
  return doubts;
}

std::vector<std::string> doubts_about(const CheckState& checks) {
  std::vector<std::string> doubts;
  if (const auto& unfinished = checks.unfinished) {
    const auto since = instant_text(unfinished->since);
    doubts.push_back(unfinished->stopped
                         ? "the check of " + since + " has left " + std::to_string(unfinished->left) +
                               " packs or accounts for want of time: check again"
                         : "the check of " + since + " has not ended: it runs still, or was cut off: check again");
  }
  if (checks.damage) {
    doubts.push_back("the check of " + instant_text(checks.damage->at) + " found damage: repair, or check again");
  }
  return doubts;
}

std::vector<std::string> doubts_about(std::span<const AccountPlan> plans, std::size_t accounts_known) {
  std::vector<std::string> doubts;
  std::uint64_t whole = 0;
  for (const auto& plan : plans) {
    if (plan.whole) {
      ++whole;
    } else if (is_most(plan.items, plan.items_known, kManyItems)) {
      doubts.push_back(printable(plan.account.name) + ": " + std::to_string(plan.items) + " of its " +
                       std::to_string(plan.items_known) + " items would go at once");
    }
  }
  if (is_most(whole, accounts_known, kManyAccounts)) {
    doubts.push_back(std::to_string(whole) + " of " + std::to_string(accounts_known) + " accounts would go at once");
  }
  return doubts;
}

}  // namespace yestermail
