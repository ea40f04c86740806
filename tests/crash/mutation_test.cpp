// SPDX-License-Identifier: GPL-3.0-or-later
// The test of the crash tests: with one sync, one directory sync or one order taken away they must find a loss.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/crash/crash_loop.h"
#include "tests/crash/crash_plans.h"
#include "tests/crash/late_names.h"

namespace yestermail::test {
namespace {

/// Stops at the first fault that it finds.
void expect_found(CrashPlan plan, const std::string& what) {
  plan.name += " with " + what;
  plan.enough_faults = 1;
  const auto result = crash_at_every_step(plan);
  std::cout << report(plan, result);
  EXPECT_FALSE(result.faults.empty()) << "not found: " << what;
}

CrashPlan without_syncs(CrashPlan plan, const std::string& pattern) {
  plan.spoil = [pattern](FaultFilesystem& disk) { disk.ignore_syncs(pattern); };
  return plan;
}

CrashPlan without_directory_syncs(CrashPlan plan, const std::string& pattern) {
  plan.spoil = [pattern](FaultFilesystem& disk) { disk.ignore_directory_syncs(pattern); };
  return plan;
}

CrashPlan with_late(CrashPlan plan, const std::string& suffix, LateUntil until) {
  plan.wrap = [suffix, until](Filesystem& below) { return with_late_names(below, suffix, until); };
  return plan;
}

TEST(CrashMutation, AJournalThatIsNotSyncedIsFound) {
  expect_found(without_syncs(live_plan(), "store/journal/*.journal"), "no sync of journal segments");
}

TEST(CrashMutation, ASegmentThatIsNotSyncedBeforeItGetsItsNameIsFound) {
  expect_found(without_syncs(live_plan(), "store/tmp/journal"), "no sync of a new journal segment");
}

TEST(CrashMutation, APackThatIsNotSyncedIsFound) {
  expect_found(without_syncs(bulk_plan(), "store/tmp/*.pack"), "no sync of packs, bulk");
  expect_found(without_syncs(packing_plan(), "store/tmp/*.pack"), "no sync of packs");
}

TEST(CrashMutation, ALogThatIsNotSyncedIsFound) {
  expect_found(without_syncs(packing_plan(), "store/tmp/*.log"), "no sync of logs");
}

TEST(CrashMutation, ANameOfAPackThatIsNotSyncedIsFound) {
  expect_found(without_directory_syncs(bulk_plan(), "store/accounts/*/packs"), "no sync of the directories of packs");
  expect_found(without_directory_syncs(bulk_plan(), "store/pool/packs"), "no sync of the directory of pool packs");
}

TEST(CrashMutation, ANameOfALogThatIsNotSyncedIsFound) {
  expect_found(without_directory_syncs(packing_plan(), "store/*/log"), "no sync of the directories of logs");
}

TEST(CrashMutation, ANameOfAnAccountThatIsNotSyncedIsFound) {
  expect_found(without_directory_syncs(bulk_plan(), "store/accounts"), "no sync of the directory of accounts");
}

TEST(CrashMutation, ANameOfASegmentThatIsNotSyncedIsFound) {
  expect_found(without_directory_syncs(live_plan(), "store/journal"), "no sync of the journal's directory");
}

TEST(CrashMutation, ATransactionBeforeThePackThatItNamesIsFound) {
  expect_found(with_late(bulk_plan(), ".pack", LateUntil::kJournalSync), "packs named after the commit");
  expect_found(with_late(packing_plan(), ".pack", LateUntil::kJournalSync), "packs named after the PACK record");
}

TEST(CrashMutation, APackRemovedBeforeTheOneInItsPlaceIsThereIsFound) {
  expect_found(without_syncs(joining_plan(), "store/tmp/*.pack"), "no sync of joined packs");
  expect_found(with_late(joining_plan(), ".pack", LateUntil::kJournalSync), "packs named after they replaced others");
}

TEST(CrashMutation, ASegmentGivenUpBeforeItsLogIsSealedIsFound) {
  expect_found(with_late(packing_plan(), ".log", LateUntil::kJournalRetire),
               "logs named after the segment is given up");
}

}  // namespace
}  // namespace yestermail::test
