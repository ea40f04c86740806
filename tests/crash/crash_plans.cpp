// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/crash_plans.h"

#include "tests/support/small_store.h"

namespace yestermail::test {
namespace {

StoreStep pack_step() { return {StoreStep::Kind::kPack, "", {}}; }

CrashPlan plan_of(std::string name) {
  CrashPlan plan;
  plan.name = std::move(name);
  plan.tuning = small_tuning();
  return plan;
}

}  // namespace

CrashPlan bulk_plan() {
  auto plan = plan_of("bulk");
  plan.work = bulk_script();
  return plan;
}

CrashPlan live_plan() {
  auto plan = plan_of("live");
  plan.before = bulk_script();
  plan.work = live_script();
  return plan;
}

CrashPlan concurrent_packing_plan() {
  auto plan = plan_of("packing meanwhile");
  plan.pack_meanwhile = true;
  plan.before = bulk_script();
  plan.work = live_script();
  return plan;
}

CrashPlan packing_plan() {
  auto plan = plan_of("packing");
  plan.before = bulk_script();
  const auto live = live_script();
  plan.before.insert(plan.before.end(), live.begin(), live.end());
  const std::string alice = "alice@example.com";
  plan.work = {pack_step(),
               {StoreStep::Kind::kRecord, "", {put_mail(alice, "new/late", std::string(30'000, 'l'))}},
               pack_step(),
               {StoreStep::Kind::kRecord, "", {remove_entry(alice, "new/late")}}};
  return plan;
}

}  // namespace yestermail::test
