// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_purge.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "policy/account_lives.h"
#include "policy/known_accounts.h"
#include "policy/purge_doubts.h"
#include "policy/purge_plan.h"
#include "store/check.h"
#include "tools/json_output.h"
#include "tools/purge_overview.h"
#include "tools/purge_report.h"
#include "tools/purge_verify.h"
#include "tools/store_location.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 6> kPurgeOptions{{
    kStoreOption,
    {"account", 'A', "PATTERN", "only these accounts; may be repeated", true},
    {"dry-run", 'n', "", "show what would be removed, remove nothing", false},
    {"force", 'f', "", "remove also where something seems to be wrong", false},
    {"verify", 'V', "", "remove nothing, but look whether anything is left of what was removed", false},
    kJsonOption,
}};

struct Planned {
  std::vector<AccountPlan> plans;
  std::vector<std::string> doubts;
  std::size_t not_selected = 0;
};

Planned plan(View& view, const CheckState& checks, const std::vector<std::string>& patterns, Instant now) {
  Planned planned;
  const auto rules = read_purge_rules(view);
  const auto lives = account_lives(view);
  const auto chosen = selected(lives, patterns);
  planned.not_selected = lives.size() - chosen.size();
  for (const auto& account : chosen) planned.plans.push_back(plan_purge(view, rules, account, now));
  if (std::ranges::all_of(planned.plans, &AccountPlan::empty)) return planned;  // Nothing that could be wrong.
  planned.doubts = doubts_about(view, lives, now);
  for (auto& doubt : doubts_about(checks)) planned.doubts.push_back(std::move(doubt));
  for (auto& doubt : doubts_about(planned.plans, lives.size())) planned.doubts.push_back(std::move(doubt));
  return planned;
}

void print(const Planned& planned, const Arguments& arguments, Environment& env) {
  if (arguments.has("json")) {
    print_json(env.out, plans_json(planned.plans, planned.doubts));
    return;
  }
  print_plans(planned.plans, env.out);
  if (planned.not_selected > 0) {
    env.out << count_text(planned.not_selected) << (planned.not_selected == 1 ? " other account" : " other accounts")
            << " not selected: all of their history stays\n";
  }
}

std::vector<PurgeRequest> requests_of(const std::vector<AccountPlan>& plans) {
  std::vector<PurgeRequest> requests;
  for (const auto& plan : plans) {
    if (!plan.empty()) requests.push_back({plan.account.number, plan.whole, plan.versions});
  }
  return requests;
}

int verify(const Arguments& arguments, Environment& env, StoreWorld world, const std::string& store) {
  for (const auto* other : {"account", "dry-run", "force"}) {
    if (arguments.has(other)) {
      throw Error(Errc::kUsage, std::string("--verify looks at everything and removes nothing: leave out --") + other);
    }
  }
  return verify_purged(env, world, store, arguments.has("json"));
}

int run_purge(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(0);
  StreamLog log(env.err);
  const auto world = store_world(env, log);
  const auto store = store_path(arguments, env);
  if (arguments.has("verify")) return verify(arguments, env, world, store);
  const auto view = open_view(world, store);
  const auto planned = plan(*view, check_state(world, store), arguments.values("account"), env.clock.now());
  const bool nothing = std::ranges::all_of(planned.plans, &AccountPlan::empty);
  const bool refused = !planned.doubts.empty() && !arguments.has("force");
  const bool removes = !nothing && !refused && !arguments.has("dry-run");
  // There is one document: where something is removed, it is that of what was.
  if (!removes || !arguments.has("json")) print(planned, arguments, env);
  for (const auto& doubt : planned.doubts) env.err << "yestermail: " << doubt << "\n";
  if (removes) {
    return run_purges(env, world, store, *view, requests_of(planned.plans),
                      {.json = arguments.has("json"), .erasure = {}, .live = {}});
  }
  if (refused && !arguments.has("dry-run")) {
    throw Error(Errc::kFailed, "nothing was removed: look at the above first, then use --force if it is right");
  }
  return 0;
}

}  // namespace

const Command kPurgeCommand{
    "purge",
    "remove for good what has outlived its retention",
    "[--account PATTERN]... [--dry-run | --verify] [--force] [--json]",
    "Removes what \"yestermail retention\" does not keep any longer: earlier states, "
    "deleted items, accounts that have ended. What is there now stays, and so does "
    "what a hold covers or a snapshot shows. Where a clock seems to be wrong or most of "
    "an account would go at once, it removes nothing unless it is told to.",
    kPurgeOptions,
    run_purge,
};

}  // namespace yestermail
