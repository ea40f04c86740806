// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts the power at steps of a store while a scanner fills it; the next scan makes good for it.
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "base/error.h"
#include "scanner/scan.h"
#include "store/store.h"
#include "tests/crash/crash_loop.h"
#include "tests/crash/source_tree.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"
#include "tests/support/tree_compare.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

/// A mail tree and a store that has seen it some time ago.
class ScanCrashTest : public testing::Test {
 protected:
  ScanCrashTest() {
    build_small_server(mail_);
    fs::create_directory(start_);
    FaultFilesystem disk(start_);
    create_small_store({disk, clock_, log_}, start_ + "/store");
  }

  void scan_store(Filesystem& disk, const std::string& root) {
    clock_.advance_seconds(100);
    const auto recorder = open_recorder({disk, clock_, log_}, root + "/store", small_tuning());
    ScanOptions options;
    options.threads = 1;
    const auto report = scan(*recorder, log_, {"maildir:" + mail_ + "/%d/%n/Maildir"}, options);
    EXPECT_TRUE(report.complete()) << joined(report.failures);
  }

  /// What the store shows at an instant, opened for reading.
  ShownStore shown(Filesystem& disk, const std::string& root, Instant at) {
    return comparable(show(*open_view({disk, clock_, log_}, root + "/store"), at));
  }

  Instant last_instant(Filesystem& disk, const std::string& root) {
    return open_view({disk, clock_, log_}, root + "/store")->last_instant();
  }

  std::uint64_t steps_of_a_scan() {
    const TempDirectory temp{TempDirectory::Where::kMemory};
    fs::copy(start_, temp / "run", fs::copy_options::recursive);
    FaultFilesystem disk(temp / "run");
    scan_store(disk, temp / "run");
    return disk.steps();
  }

  void crash_one(std::uint64_t step, Instant then, const ShownStore& before) {
    const TempDirectory temp{TempDirectory::Where::kMemory};
    fs::copy(start_, temp / "run", fs::copy_options::recursive);
    FaultFilesystem disk(temp / "run");
    disk.crash_at(step);
    try {
      scan_store(disk, temp / "run");
    } catch (const Error&) {
    }
    for (const auto names : {PowerCut::Names::kKept, PowerCut::Names::kLost, PowerCut::Names::kSome}) {
      const PowerCut cut{names, names == PowerCut::Names::kSome ? PowerCut::Blocks::kSome : PowerCut::Blocks::kLost,
                         step};
      SCOPED_TRACE("step " + std::to_string(step) + ", " + to_string(cut));
      const auto left = temp / to_string(cut);
      disk.power_cut(cut, left);
      FaultFilesystem after(left);
      scan_store(after, left);
      EXPECT_EQ(joined(shown_differences(shown_of_source(mail_), shown(after, left, kForever))), "");
      EXPECT_EQ(joined(shown_differences(before, shown(after, left, then))), "");
    }
  }

  void crash_scans(const std::string& name) {
    FaultFilesystem disk(start_);
    const auto then = last_instant(disk, start_);
    const auto before = shown(disk, start_, then);
    const auto steps = steps_of_a_scan();
    const auto every = std::max<std::uint64_t>(1, steps * crash_sampling() / 40);
    std::uint64_t points = 0;
    for (std::uint64_t step = 1; step <= steps && !HasFailure(); step += every, ++points) crash_one(step, then, before);
    std::cout << "crash tests: " << name << ": " << steps << " steps, " << points << " points, " << points * 3
              << " openings\n";
    scan_store(disk, start_);
  }

  TempDirectory temp_{TempDirectory::Where::kMemory};
  std::string mail_ = temp_ / "mail";
  std::string start_ = temp_ / "start";
  TestClock clock_;
  RecordingLog log_;
};

TEST_F(ScanCrashTest, TheNextScanConverges) {
  crash_scans("first scan");
  for (std::uint64_t round = 1; round <= 2 && !HasFailure(); ++round) {
    change_small_server(mail_, round);
    crash_scans("scan of changes " + std::to_string(round));
  }
}

}  // namespace
}  // namespace yestermail::test
