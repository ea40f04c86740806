// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/crash_plans.h"

#include <random>
#include <utility>

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

/// Hardly compresses, and is the same for the same seed.
std::string random_text(std::size_t size, std::uint32_t seed) {
  std::mt19937 draw(seed);
  std::string text(size, ' ');
  for (auto& c : text) c = static_cast<char>('!' + draw() % 90);
  return text;
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

CrashPlan joining_plan() {
  auto plan = plan_of("joining");
  plan.tuning.merge_packs = 2;
  plan.tuning.pack_bytes = 1U << 20U;  // Small: below 128 KiB.
  plan.before = bulk_script();
  const std::string alice = "alice@example.com";
  // Each round fills a segment, so that it is packed: small mails for the account's pack, a long text for the pool's.
  for (std::uint32_t round = 0; round < 5; ++round) {
    StoreStep delivery{StoreStep::Kind::kRecord, "", {}};
    for (std::uint32_t mail = 0; mail < 6; ++mail) {
      const auto number = round * 6 + mail;
      const auto bytes = random_text(mail == 0 ? 40'000 : 9'000, number);
      delivery.edits.push_back(put_mail(alice, "new/joined" + std::to_string(number), bytes));
    }
    plan.work.push_back(std::move(delivery));
    plan.work.push_back(pack_step());
  }
  plan.work.push_back({StoreStep::Kind::kRecord, "", {remove_entry(alice, "new/joined7")}});
  return plan;
}

}  // namespace yestermail::test
