// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/crash_loop.h"

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <random>
#include <thread>

#include "base/error.h"
#include "tests/crash/ledger.h"
#include "tests/crash/sqlite_files.h"
#include "tests/support/campaign_setting.h"
#include "tests/support/recording_log.h"
#include "tests/support/small_store.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

using Names = PowerCut::Names;
using Blocks = PowerCut::Blocks;

constexpr std::array<PowerCut, 4> kCuts = {{
    {Names::kKept, Blocks::kKept, 0},  // kill -9: the system goes on
    {Names::kKept, Blocks::kLost, 0},
    {Names::kLost, Blocks::kLost, 0},
    {Names::kSome, Blocks::kSome, 0},
}};

enum class SqliteFate { kKept, kDeleted, kOlder, kNoLog };
constexpr std::array<const char*, 4> kSqliteFates = {"kept", "deleted", "older", "without log"};

/// One store in a directory of its own, through a fault filesystem.
class Run {
 public:
  Run(const CrashPlan& plan, const std::string& root) : plan_(plan), root_(root), disk_(root) {
    if (plan.spoil) plan.spoil(disk_);
    if (plan.wrap) wrapped_ = plan.wrap(disk_);
  }

  FaultFilesystem& disk() { return disk_; }
  [[nodiscard]] std::string store() const { return root_ + "/store"; }

  /// Opens, works and closes. An Error (the crash's) ends the work, or lets the step be tried again `retries` times.
  /// Returns what else was thrown, which nothing may.
  std::string work(CrashLedger& ledger, const StoreScript& script, int retries = 0) {
    std::unique_ptr<Recorder> recorder;
    for (;; --retries) {
      try {
        open_and_do(recorder, ledger, script);
        return "";
      } catch (const Error&) {
        if (retries <= 0) return "";
      } catch (const std::exception& error) {
        return std::string("unexpected exception: ") + error.what() + "\n";
      }
    }
  }

 private:
  void open_and_do(std::unique_ptr<Recorder>& recorder, CrashLedger& ledger, const StoreScript& script) {
    Filesystem& seam = wrapped_ ? *wrapped_ : disk_;
    if (!recorder) {
      recorder = open_recorder({seam, clock_, log_}, store(), plan_.tuning);
    } else if (ledger.done < script.size() && script[ledger.done].kind != StoreStep::Kind::kPack) {
      // The second try: an error leaves open whether the step was done.
      const auto next = after(ledger.now, script[ledger.done]);
      if (show(recorder->view(), kForever) == next) {
        ledger.now = next;
        ++ledger.done;
      }
    }
    const auto packing = plan_.pack_meanwhile ? pack_meanwhile(*recorder) : std::jthread();
    while (ledger.done < script.size()) {
      clock_.advance_seconds(60);
      ledger.run_one(*recorder, script);
    }
  }

  static std::jthread pack_meanwhile(Recorder& recorder) {
    return std::jthread([&recorder](const std::stop_token& stop) {
      try {
        while (!stop.stop_requested()) recorder.pack_now();
      } catch (const Error&) {  // The crash.
      }
    });
  }

  const CrashPlan& plan_;
  std::string root_;
  FaultFilesystem disk_;
  std::unique_ptr<Filesystem> wrapped_;
  TestClock clock_;
  RecordingLog log_;
};

/// The loop's own state: the store to start from and what was found.
class Loop {
 public:
  explicit Loop(const CrashPlan& plan) : plan_(plan) {
    fs::create_directory(start_);
    {
      FaultFilesystem disk(start_);
      const TestClock clock(Instant{1'795'000'000LL * kMicrosPerSecond});
      RecordingLog log;
      create_small_store({disk, clock, log}, start_ + "/store");
      const auto recorder = open_recorder({disk, clock, log}, start_ + "/store", plan.tuning);
      begin_.run(*recorder, plan.before);
    }
    begin_.done = 0;
    const TempDirectory temp{TempDirectory::Where::kMemory};
    Run run(plan_, copy_of_start(temp));
    auto ledger = begin_;
    const auto wrong = run.work(ledger, plan_.work);
    if (ledger.done < plan_.work.size()) result_.faults.push_back("the work fails undisturbed: " + wrong);
    result_.steps = run.disk().steps();
  }

  /// A directory that holds the starting store.
  [[nodiscard]] std::string copy_of_start(const TempDirectory& temp) const {
    const auto path = temp / "run";
    fs::copy(start_, path, fs::copy_options::recursive);
    return path;
  }

  void crash_at(std::uint64_t step) {
    const TempDirectory temp{TempDirectory::Where::kMemory};
    Run run(plan_, copy_of_start(temp));
    SqliteFiles older;
    SqliteFiles kept;
    std::mt19937_64 random(plan_.seed * 1000003 + step);
    const auto earlier = 1 + random() % step;
    run.disk().before_each_step([&](const FaultFilesystem::Step& at) {
      if (plan_.pack_meanwhile) return;
      if (at.number == earlier) older = read_sqlite_files(run.store());
      if (at.number == step) kept = read_sqlite_files(run.store());
    });
    run.disk().crash_at(step);
    auto ledger = begin_;
    const auto wrong = run.work(ledger, plan_.work);
    run.disk().before_each_step(nullptr);
    const auto place = describe(run.disk(), step);
    if (!wrong.empty()) result_.faults.push_back(place + wrong);
    ++result_.points;
    for (std::size_t i = 0; i < kCuts.size(); ++i) {
      auto cut = kCuts.at(i);
      cut.seed = random();
      const auto fate =
          plan_.pack_meanwhile ? SqliteFate::kDeleted : static_cast<SqliteFate>((step + i) % kSqliteFates.size());
      const auto& files = fate == SqliteFate::kOlder ? older : kept;
      open_after(run, place, ledger, cut, fate, files, temp / std::to_string(i), (step + i) % 5 == 0);
    }
  }

  void fail_at(std::uint64_t step, int error_number, bool for_ever) {
    const TempDirectory temp{TempDirectory::Where::kMemory};
    Run run(plan_, copy_of_start(temp));
    run.disk().fail_at(step, error_number, for_ever);
    auto ledger = begin_;
    const auto wrong = run.work(ledger, plan_.work, 1);
    const auto place = describe(run.disk(), step);
    if (!wrong.empty()) result_.faults.push_back(place + wrong);
    ++result_.points;
    const auto files = read_sqlite_files(run.store());
    const auto fate = step % 2 == 0 ? SqliteFate::kKept : SqliteFate::kDeleted;
    open_after(run, place, ledger, kCuts[0], fate, files, temp / "kept", step % 3 == 0);
    open_after(run, place, ledger, kCuts[2], fate, files, temp / "lost", step % 3 == 1);
  }

  /// False when the recovery of what is in `left` has no such step.
  bool crash_recovery_at(std::uint64_t step, const std::string& left, const CrashLedger& ledger) {
    const TempDirectory temp{TempDirectory::Where::kMemory};
    fs::copy(left, temp / "run", fs::copy_options::recursive);
    Run run(plan_, temp / "run");
    run.disk().crash_at(step);
    auto unchanged = ledger;
    const auto wrong = run.work(unchanged, StoreScript{});
    if (!run.disk().crashed()) return false;
    const auto place = "in recovery, " + describe(run.disk(), step);
    if (!wrong.empty()) result_.faults.push_back(place + wrong);
    ++result_.points;
    const auto files = read_sqlite_files(run.store());
    for (std::size_t i = 0; i < kCuts.size(); ++i) {
      auto cut = kCuts.at(i);
      cut.seed = step;
      const auto fate = static_cast<SqliteFate>((step + i) % 2);
      open_after(run, place, ledger, cut, fate, files, temp / std::to_string(i), (step + i) % 4 == 0);
    }
    return true;
  }

  [[nodiscard]] bool enough() const { return result_.faults.size() >= plan_.enough_faults; }
  [[nodiscard]] const CrashResult& result() const { return result_; }
  [[nodiscard]] const CrashLedger& begin() const { return begin_; }

 private:
  static std::string describe(const FaultFilesystem& disk, std::uint64_t number) {
    const auto history = disk.history();
    if (history.size() < number)
      return "step " + std::to_string(number) + " of " + std::to_string(history.size()) + ": ";
    const auto& step = history[number - 1];
    return "step " + std::to_string(number) + " (" + step.call + " " + step.path + "): ";
  }

  void open_after(Run& run, const std::string& place, const CrashLedger& ledger, const PowerCut& cut, SqliteFate fate,
                  const SqliteFiles& files, const std::string& path, bool go_on) {
    run.disk().power_cut(cut, path);
    put_sqlite_files(path + "/store", files);
    if (fate == SqliteFate::kDeleted) remove_sqlite_files(path);
    if (fate == SqliteFate::kNoLog) remove_sqlite_logs(path);
    FaultFilesystem disk(path);
    ++result_.openings;
    const auto wrong =
        compare_with_ledger(disk, path + "/store", plan_.tuning, ledger, plan_.work, {cut.seed, go_on, go_on});
    if (wrong.empty()) return;
    result_.faults.push_back(place + to_string(cut) + "; SQLite files " +
                             kSqliteFates.at(static_cast<std::size_t>(fate)) + "; " + std::to_string(ledger.done) +
                             " steps acknowledged: " + wrong);
  }

  const CrashPlan& plan_;
  TempDirectory temp_{TempDirectory::Where::kMemory};
  std::string start_ = temp_ / "start";
  CrashLedger begin_;
  CrashResult result_;
};

}  // namespace

namespace {

std::uint64_t first_step(const CrashPlan& plan) { return 1 + plan.seed % plan.every; }

/// The steps to be taken, each once: first far apart, then those between, so that a fault that many of them show is
/// met early.
std::vector<std::uint64_t> chosen_steps(const CrashPlan& plan, std::uint64_t steps) {
  std::vector<std::uint64_t> chosen;
  const auto first = first_step(plan);
  const auto count = steps < first ? 0 : (steps - first) / plan.every + 1;
  const auto widest = std::bit_ceil(count);
  for (auto stride = widest; stride > 0; stride /= 2) {
    for (auto i = stride == widest ? 0 : stride; i < count; i += 2 * stride) chosen.push_back(first + i * plan.every);
  }
  return chosen;
}

}  // namespace

CrashResult crash_at_every_step(const CrashPlan& plan) {
  Loop loop(plan);
  for (const auto step : chosen_steps(plan, loop.result().steps)) {
    if (!loop.enough()) loop.crash_at(step);
  }
  return loop.result();
}

CrashResult fail_at_every_step(const CrashPlan& plan, int error_number, bool for_ever) {
  Loop loop(plan);
  for (const auto step : chosen_steps(plan, loop.result().steps)) {
    if (!loop.enough()) loop.fail_at(step, error_number, for_ever);
  }
  return loop.result();
}

CrashResult crash_in_recovery(const CrashPlan& plan, double share, const PowerCut& cut) {
  Loop loop(plan);
  const TempDirectory temp{TempDirectory::Where::kMemory};
  auto ledger = loop.begin();
  {
    Run crashed(plan, loop.copy_of_start(temp));
    const auto steps = static_cast<double>(loop.result().steps);
    crashed.disk().crash_at(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share * steps)));
    crashed.work(ledger, plan.work);
    crashed.disk().power_cut(cut, temp / "left");
  }
  remove_sqlite_files(temp / "left");
  auto step = first_step(plan);
  while (!loop.enough() && loop.crash_recovery_at(step, temp / "left", ledger)) step += plan.every;
  return loop.result();
}

std::uint64_t crash_sampling() {
  return std::max<std::uint64_t>(1, campaign_setting("YESTERMAIL_CRASH_EVERY", for_this_build(15, 1)));
}

std::string report(const CrashPlan& plan, const CrashResult& result) {
  std::string text = "crash tests: " + plan.name + ": seed " + std::to_string(plan.seed) + ", " +
                     std::to_string(result.steps) + " steps, " + std::to_string(result.points) + " points, " +
                     std::to_string(result.openings) + " openings, " + std::to_string(result.faults.size()) +
                     " faults\n";
  for (const auto& fault : result.faults) text += "  " + fault;
  return text;
}

}  // namespace yestermail::test
