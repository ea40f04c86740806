// SPDX-License-Identifier: GPL-3.0-or-later
// Kills the real program at many points of a scan, counted in calls that change the disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "store/store.h"
#include "tests/crash/source_tree.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/maildir_builder.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/support/recording_log.h"
#include "tests/support/temp_directory.h"
#include "tests/support/tree_compare.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

std::uint64_t kill_points() { return campaign_setting("YESTERMAIL_KILL_POINTS", for_this_build(12, 300)); }

/// What a store shows now, and what it showed at an instant that is past.
struct Seen {
  ShownStore now;
  ShownStore then;
};

Seen look(const std::string& store, Instant then) {
  PosixFilesystem disk;
  const SystemClock clock;
  RecordingLog log;
  const auto view = open_view({disk, clock, log}, store);
  return {comparable(show(*view, kForever)), comparable(show(*view, then))};
}

Instant last_instant_of(const std::string& store) {
  PosixFilesystem disk;
  const SystemClock clock;
  RecordingLog log;
  return open_view({disk, clock, log}, store)->last_instant();
}

/// Scans of one mail tree by the program, killed on copies of one store.
class KilledScans {
 public:
  KilledScans() {
    build_small_server(mail_, campaign_seed());
    // A test that runs as root must not depend on it: all is our own.
    expect_done(run({program_path(), "init", "--store", store_, "--source", "maildir:" + mail_ + "/%d/%n/Maildir"}));
  }

  /// Kills a scan of the tree as it is at `points` points; then does it undisturbed on the store itself.
  void kill_scans(std::uint64_t points) {
    const auto then = last_instant_of(store_);
    const auto before = look(store_, then).then;
    const auto calls = count_calls();
    ASSERT_GT(calls, 20U);
    std::uint64_t killed = 0;
    std::uint64_t done = 0;
    for (std::uint64_t i = 0; i < points && !testing::Test::HasFailure(); ++i) {
      const auto at = 1 + (i * calls / points + campaign_seed() - 1) % calls;
      SCOPED_TRACE("killed at call " + std::to_string(at) + " of about " + std::to_string(calls));
      ++done;
      killed += kill_one(at, then, before) ? 1U : 0U;
    }
    std::cout << "kill tests: seed " << campaign_seed() << ", " << calls << " calls, " << done << " points, " << killed
              << " killed, " << (testing::Test::HasFailure() ? 1 : 0) << " failures\n";
    EXPECT_GT(killed, points * 8 / 10);
    expect_done(scan(store_));
  }

  [[nodiscard]] const std::string& mail() const { return mail_; }

 private:
  static void expect_done(const Outcome& outcome) {
    ASSERT_EQ(outcome.status, 0) << "signal " << outcome.signal << "\n" << outcome.out << outcome.err;
  }

  static std::string shim() {
    return (fs::read_symlink("/proc/self/exe").parent_path() / "libyestermail_kill_shim.so").string();
  }

  static Outcome scan(const std::string& store, std::vector<std::string> environment = {}) {
    // A preloaded library comes before the sanitizers' own, which they refuse otherwise.
    environment.emplace_back("ASAN_OPTIONS=verify_asan_link_order=0");
    return run({program_path(), "scan", "--store", store, "--quiet"}, environment);
  }

  [[nodiscard]] std::string fresh_copy() const {
    auto path = temp_ / "copy";
    fs::remove_all(path);
    fs::copy(store_, path, fs::copy_options::recursive);
    return path;
  }

  [[nodiscard]] std::uint64_t count_calls() const {
    const auto outcome = scan(fresh_copy(), {"LD_PRELOAD=" + shim(), "YM_KILL_COUNT=" + (temp_ / "count")});
    expect_done(outcome);
    std::uint64_t calls = 0;
    std::ifstream(temp_ / "count") >> calls;
    return calls;
  }

  [[nodiscard]] bool kill_one(std::uint64_t at, Instant then, const ShownStore& before) const {
    const auto copy = fresh_copy();
    const auto outcome = scan(copy, {"LD_PRELOAD=" + shim(), "YM_KILL_AT=" + std::to_string(at)});
    const bool killed = outcome.signal == SIGKILL;
    if (!killed) expect_done(outcome);
    expect_done(run({program_path(), "status", "--store", copy}));
    const auto half = look(copy, then);
    EXPECT_EQ(joined(shown_differences(before, half.then)), "") << "what was recorded before";
    expect_done(scan(copy));
    const auto whole = look(copy, then);
    EXPECT_EQ(joined(shown_differences(shown_of_source(mail_), whole.now)), "") << "latest and the source";
    EXPECT_EQ(joined(shown_differences(before, whole.then)), "") << "what was recorded before, after the scan";
    EXPECT_TRUE(fs::is_empty(copy + "/tmp"));
    return killed;
  }

  TempDirectory temp_{TempDirectory::Where::kMemory};
  std::string mail_ = temp_ / "mail";
  std::string store_ = temp_ / "store";
};

TEST(KillTest, AScanThatIsKilledAnywhereLosesNothingAndTheNextConverges) {
  KilledScans scans;
  scans.kill_scans(kill_points() / 2);
  for (std::uint64_t round = 1; round <= 3 && !HasFailure(); ++round) {
    change_small_server(scans.mail(), round);
    scans.kill_scans(kill_points() / 6);
  }
}

}  // namespace
}  // namespace yestermail::test
