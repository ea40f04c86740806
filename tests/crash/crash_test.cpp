// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts the power at every step of what a store does (docs/format.md 9). The test that these tests bite is
// mutation_test.cpp.
#include <gtest/gtest.h>

#include <cerrno>
#include <iostream>

#include "base/error.h"
#include "tests/crash/crash_loop.h"
#include "tests/crash/crash_plans.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

CrashPlan prepared(CrashPlan plan) {
  plan.every = crash_sampling();
  plan.seed = campaign_seed();
  return plan;
}

void expect_no_faults(const CrashPlan& plan, const CrashResult& result) {
  std::cout << report(plan, result);
  EXPECT_GT(result.points, 0U);
  EXPECT_TRUE(result.faults.empty());
}

constexpr std::pair<PowerCut::Names, PowerCut::Blocks> kFates[] = {{PowerCut::Names::kKept, PowerCut::Blocks::kKept},
                                                                   {PowerCut::Names::kKept, PowerCut::Blocks::kLost},
                                                                   {PowerCut::Names::kLost, PowerCut::Blocks::kLost},
                                                                   {PowerCut::Names::kSome, PowerCut::Blocks::kSome}};

const StoreSettings kSettings{{"maildir:/srv"}, {"*@example.com"}, {}};

/// What a crash at a step of create_store() has left: a store, or room for one.
void expect_store_or_room(const FaultFilesystem& crashed, bool made, const PowerCut& cut) {
  const TempDirectory parent{TempDirectory::Where::kMemory};
  const auto path = parent / "left/store";
  crashed.power_cut(cut, parent / "left");
  FaultFilesystem disk(parent / "left");
  const TestClock clock;
  RecordingLog log;
  const StoreWorld world{disk, clock, log};
  bool there = true;
  try {
    read_store_id(world, path);
  } catch (const Error&) {
    there = false;
  }
  EXPECT_TRUE(there || !made) << "acknowledged and lost";
  if (!there) {
    ASSERT_NO_THROW(create_store(world, path, kSettings));
  }
  EXPECT_EQ(read_store_settings(world, path).sources, kSettings.sources);
  const auto recorder = open_recorder(world, path, small_tuning());
  EXPECT_TRUE(show(recorder->view(), kForever).empty());
  EXPECT_TRUE(disk.list(path + "/tmp").empty());
}

TEST(CrashTest, AStoreIsMadeWholeOrCanBeMadeAgain) {
  std::uint64_t points = 0;
  for (bool made = false; !made; ++points) {
    const TempDirectory temp{TempDirectory::Where::kMemory};
    FaultFilesystem disk(temp.path());
    disk.crash_at(points + 1);
    const TestClock clock;
    RecordingLog log;
    try {
      create_store({disk, clock, log}, temp / "store", kSettings);
      made = true;
    } catch (const Error&) {
    }
    for (const auto& [names, blocks] : kFates) {
      const PowerCut cut{names, blocks, points};
      SCOPED_TRACE("step " + std::to_string(points + 1) + ", " + to_string(cut));
      expect_store_or_room(disk, made, cut);
    }
  }
  std::cout << "crash tests: init: " << points << " points, " << points * std::size(kFates) << " openings\n";
  EXPECT_GT(points, 5U);
}

TEST(CrashTest, BulkRecordingSurvivesACrashAtEveryStep) {
  const auto plan = prepared(bulk_plan());
  expect_no_faults(plan, crash_at_every_step(plan));
}

TEST(CrashTest, LiveRecordingSurvivesACrashAtEveryStep) {
  const auto plan = prepared(live_plan());
  expect_no_faults(plan, crash_at_every_step(plan));
}

TEST(CrashTest, PackingSurvivesACrashAtEveryStep) {
  const auto plan = prepared(packing_plan());
  expect_no_faults(plan, crash_at_every_step(plan));
}

TEST(CrashTest, JoiningSmallPacksSurvivesACrashAtEveryStep) {
  auto plan = prepared(joining_plan());
  plan.every *= 3;
  expect_no_faults(plan, crash_at_every_step(plan));
}

TEST(CrashTest, RecordingWhileAnotherThreadPacksSurvivesACrashAtEveryStep) {
  auto plan = prepared(concurrent_packing_plan());
  plan.every *= 3;
  expect_no_faults(plan, crash_at_every_step(plan));
}

TEST(CrashTest, RecoverySurvivesACrashAtEveryStep) {
  const PowerCut cut{PowerCut::Names::kLost, PowerCut::Blocks::kLost, 0};
  std::uint64_t seed = 3 * campaign_seed();
  for (const auto share : {0.4, 0.95}) {
    for (auto plan : {bulk_plan(), live_plan(), packing_plan(), joining_plan()}) {
      plan = prepared(plan);
      plan.every *= 2;  // Half of the steps each time, the other half the next.
      plan.seed = ++seed / 3;
      plan.name += ", recovery after " + std::to_string(static_cast<int>(share * 100)) + " %";
      expect_no_faults(plan, crash_in_recovery(plan, share, cut));
    }
  }
}

TEST(CrashTest, AFailedCallNeverAcknowledgesWhatIsNotThere) {
  for (auto plan : {bulk_plan(), live_plan(), packing_plan(), joining_plan()}) {
    plan = prepared(plan);
    const auto name = plan.name;
    plan.every *= 4;  // Each kind of failure takes its own quarter of the steps.
    for (const auto error : {EIO, ENOSPC}) {
      for (const bool for_ever : {false, true}) {
        plan.name = name + (error == EIO ? ", EIO" : ", ENOSPC") + (for_ever ? " for ever" : " once");
        expect_no_faults(plan, fail_at_every_step(plan, error, for_ever));
        ++plan.seed;
      }
    }
  }
}

}  // namespace
}  // namespace yestermail::test
