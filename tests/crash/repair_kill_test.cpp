// SPDX-License-Identifier: GPL-3.0-or-later
// Kills a repair by the real program at many points, counted in calls that change the disk.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/campaign_setting.h"
#include "tests/support/check_findings.h"
#include "tests/support/damaged_copy.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

std::string shim() {
  return (fs::read_symlink("/proc/self/exe").parent_path() / "libyestermail_kill_shim.so").string();
}

/// Repairs of one damaged store, with or without a copy of it to take from.
class KilledRepairs {
 public:
  explicit KilledRepairs(bool from_copy) : from_copy_(from_copy) {
    for (const auto& pack : damaged_.files(".pack")) damaged_.flip(pack, fs::file_size(damaged_ / pack) / 3);
    before_ = count_readable(damaged_.path());
  }

  void run(std::uint64_t points) {
    const auto whole = fresh_copy();
    const auto count = temp_ / "count";
    expect_ran(repair(whole, {"LD_PRELOAD=" + shim(), "YM_KILL_COUNT=" + count}));
    std::uint64_t calls = 0;
    std::ifstream(count) >> calls;
    ASSERT_GT(calls, 20U);
    const auto after = count_readable(whole);
    EXPECT_GE(after, before_);
    EXPECT_EQ(damage_text(check_all(whole)).empty(), from_copy_);
    std::uint64_t killed = 0;
    for (std::uint64_t i = 0; i < points && !testing::Test::HasFailure(); ++i) {
      const auto at = 1 + i * calls / points;
      SCOPED_TRACE("killed at call " + std::to_string(at) + " of about " + std::to_string(calls));
      const auto copy = fresh_copy();
      const auto outcome = repair(copy, {"LD_PRELOAD=" + shim(), "YM_KILL_AT=" + std::to_string(at)});
      killed += outcome.signal == SIGKILL ? 1U : 0U;
      EXPECT_GE(count_readable(copy), before_) << "after the kill";
      expect_ran(repair(copy, {}));
      EXPECT_GE(count_readable(copy), after) << "after it was run again";
    }
    EXPECT_GT(killed, points * 8 / 10);
  }

 private:
  [[nodiscard]] std::string fresh_copy() const {
    auto path = temp_ / "copy";
    fs::remove_all(path);
    fs::copy(damaged_.path(), path, fs::copy_options::recursive);
    return path;
  }

  /// Whether or not all could be healed.
  static void expect_ran(const Outcome& outcome) {
    EXPECT_TRUE(outcome.status == 0 || outcome.status == 3) << outcome.out << outcome.err;
  }

  [[nodiscard]] Outcome repair(const std::string& store, std::vector<std::string> environment) const {
    // A preloaded library comes before the sanitizers' own, which they refuse otherwise.
    environment.emplace_back("ASAN_OPTIONS=verify_asan_link_order=0");
    std::vector<std::string> command{program_path(), "check", "--repair", "--store", store};
    if (from_copy_) command.insert(command.end(), {"--from", DamagedCopy::original()});
    return test::run(command, environment);
  }

  const bool from_copy_;
  const DamagedCopy damaged_;
  TempDirectory temp_{TempDirectory::Where::kMemory};
  std::uint64_t before_ = 0;
};

TEST(RepairKillTest, ARepairThatIsKilledAnywhereLosesNothingAndCanBeRunAgain) {
  KilledRepairs(false).run(campaign_setting("YESTERMAIL_REPAIR_KILLS", for_this_build(3, 8)));
}

TEST(RepairKillTest, TheSameWithACopyToTakeFrom) {
  KilledRepairs(true).run(campaign_setting("YESTERMAIL_REPAIR_KILLS", for_this_build(2, 6)));
}

}  // namespace
}  // namespace yestermail::test
