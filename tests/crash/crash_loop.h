// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "store/store.h"
#include "tests/support/fault_filesystem.h"
#include "tests/support/store_script.h"

namespace yestermail::test {

/// What is done to a store, and what goes wrong meanwhile.
struct CrashPlan {
  std::string name;
  StoreScript before = {};  ///< done first, undisturbed
  StoreScript work = {};    ///< opening, this, closing: crashed at every step
  StoreTuning tuning = {};
  std::uint64_t every = 1;  ///< take each so-manieth step only
  std::uint64_t seed = 1;
  /// Another thread packs all the while. Steps are then not the same in each run, and SQLite's files, which cannot be
  /// copied at a step's moment, are deleted.
  bool pack_meanwhile = false;
  std::size_t enough_faults = 5;  ///< stop after so many

  /// For the test of the tests: makes the disk or the seam worse than it promises to be.
  std::function<void(FaultFilesystem&)> spoil = nullptr;
  std::function<std::unique_ptr<Filesystem>(Filesystem&)> wrap = nullptr;
};

struct CrashResult {
  std::uint64_t steps = 0;     ///< of the work when nothing goes wrong
  std::uint64_t points = 0;    ///< steps crashed at
  std::uint64_t openings = 0;  ///< stores opened and compared after a crash
  std::vector<std::string> faults;
};

/// Crashes at each step of the work; for each, opens what several kinds of power cut leave, with SQLite's files as they
/// were, deleted, older or without their log, and compares: all that was acknowledged is there as of its instant,
/// what was under way is there whole or not at all, no temporary file stays, and the rest of the work gives the state
/// of an uninterrupted run.
CrashResult crash_at_every_step(const CrashPlan& plan);

/// Lets each step of the work fail with `error_number`, once or for ever after; the step of the script is tried once
/// more. Then the power is cut, the fault goes, and the same is compared.
CrashResult fail_at_every_step(const CrashPlan& plan, int error_number, bool for_ever);

/// Crashes at each step of the recovery of a store that was left by a crash at about `share` of the work's steps.
CrashResult crash_in_recovery(const CrashPlan& plan, double share, const PowerCut& cut);

/// The sampling that suits this build: 1, or more under sanitizers or as the environment's YESTERMAIL_CRASH_EVERY says.
std::uint64_t crash_sampling();

/// "crash tests: NAME: seed 1, 120 steps, 120 points, 480 openings, 0 faults", and the faults.
std::string report(const CrashPlan& plan, const CrashResult& result);

}  // namespace yestermail::test
