// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/posix_filesystem.h"
#include "store/store.h"
#include "tests/scanner/scan_world.h"
#include "tests/support/campaign_setting.h"
#include "tests/system/daemon.h"
#include "tests/system/mail_user.h"

namespace yestermail {
namespace {

using namespace test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int kAccounts = 20;
constexpr int kThreads = 2;
constexpr std::int64_t kSettled = for_this_build(6'000'000, 3'000'000);
constexpr std::size_t kMoreThanTheKernelQueues = 20'000;

std::string account_name(int number) { return "user" + std::to_string(number) + "@example.org"; }

/// The daemon, and what is done to it.
class Ordeal {
 public:
  Ordeal(std::string store, std::string noise)
      : daemon_(std::move(store), {"--threads", "2"}), noise_(std::move(noise)) {}

  void start() {
    daemon_.start();
    daemon_.wait_until_caught_up();
  }
  void settle() { daemon_.wait_until_settled(); }
  int stop() { return daemon_.stop(); }
  void kill() {
    daemon_.kill();
    std::this_thread::sleep_for(300ms);
    daemon_.start();
  }
  /// More events than the kernel keeps while nobody reads them.
  void overflow() {
    daemon_.send(SIGSTOP);
    fs::create_directories(noise_);
    std::ofstream(noise_ + "/0").flush();
    for (std::size_t i = 0; i < kMoreThanTheKernelQueues; ++i) {
      fs::rename(noise_ + "/" + std::to_string(i), noise_ + "/" + std::to_string(i + 1));
    }
    daemon_.send(SIGCONT);
    fs::remove_all(noise_);
    ++overflows_;
  }
  [[nodiscard]] int overflows() const { return overflows_; }

 private:
  Daemon daemon_;
  const std::string noise_;
  int overflows_ = 0;
};

struct WatchChurn : testing::Test {
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "fanotify, whose queue is to overflow here, needs root";
    const std::vector<std::string> sources{"maildir:" + mail + "/%d/%n/Maildir"};
    for (int i = 0; i < kAccounts; ++i) {
      const auto number = std::to_string(i);
      users.push_back(std::make_unique<MailUser>(mail + "/example.org/user" + number + "/Maildir", "u" + number + ".",
                                                 seed * 1000 + static_cast<std::uint64_t>(i)));
    }
    create_store({disk, clock, log}, store, {sources, {}, {}});
  }

  /// All users at work, until so many changes are made.
  void churn(std::uint64_t changes, Ordeal& ordeal, std::uint64_t overflows, std::uint64_t kills) {
    std::atomic<std::uint64_t> done{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        auto next = std::chrono::steady_clock::now();
        for (std::size_t i = static_cast<std::size_t>(t); done++ < changes; i += kThreads) {
          users[i % users.size()]->act();
          next += std::chrono::nanoseconds(kThreads * 1'000'000'000 / rate);
          std::this_thread::sleep_until(next);
        }
      });
    }
    const auto trials = overflows + kills;
    for (std::uint64_t i = 0; i < trials; ++i) {
      while (done < (i + 1) * changes / (trials + 1)) std::this_thread::sleep_for(1ms);
      // In turn, as long as there are both.
      const bool overflow = i % 2 == 0 ? i / 2 < overflows : kills <= i / 2;
      overflow ? ordeal.overflow() : ordeal.kill();
    }
  }

  void check(View& view) {
    const auto gaps = view.gaps(kServerAccount, Instant{0}, kForever);
    for (const auto& gap : gaps) {
      std::printf("gap of %.1f s: %s\n", static_cast<double>(gap.until.value - gap.from.value) / 1e6, gap.text.c_str());
    }
    LedgerFindings all;
    std::size_t changes = 0;
    for (int i = 0; i < kAccounts; ++i) {
      const auto account = view.account_named(account_name(i), kForever);
      ASSERT_TRUE(account) << account_name(i);
      const auto& user = *users[static_cast<std::size_t>(i)];
      const auto found = check_ledger(view, account->number, user.prefix(), user.ledger(), gaps, kSettled);
      changes += user.ledger().changes();
      all.settled_states += found.settled_states;
      all.missed += found.missed;
      all.false_deletions += found.false_deletions;
      all.strangers += found.strangers;
      for (const auto& line : found.lines) ADD_FAILURE() << account_name(i) << ": " << line;
      compare(view, *account, user);
    }
    std::printf(
        "watch churn: seed %lu, %zu changes, %zu gaps, %lu settled states looked for: %lu missed, "
        "%lu false deletions, %lu in a wrong account\n",
        seed, changes, gaps.size(), all.settled_states, all.missed, all.false_deletions, all.strangers);
    // How many there are is a matter of speed: on a busy machine most begin in a gap or end soon.
    EXPECT_GT(all.settled_states, 0U);
    EXPECT_EQ(all.missed + all.false_deletions + all.strangers, 0U);
  }

  static void compare(View& view, const Account& account, const MailUser& user) {
    ShownStore want{{account.name, shown_on_disk(user.maildir())}};
    auto shown = show(view, kForever);
    ShownStore have{{account.name, shown[account.name]}};
    for (auto& [path, entry] : have[account.name]) entry.sender = entry.subject = "";
    EXPECT_EQ(shown_differences(want, have), std::vector<std::string>());
  }

  const std::uint64_t seed = campaign_seed();
  const std::uint64_t rate = campaign_setting("YESTERMAIL_RATE", for_this_build(150, 800));  ///< changes a second
  TempDirectory directory;
  const std::string mail = directory / "mail";
  const std::string store = directory / "store";
  PosixFilesystem disk;
  SystemClock clock;
  RecordingLog log;
  std::vector<std::unique_ptr<MailUser>> users;
};

TEST_F(WatchChurn, NothingThatLastedIsMissedAndNothingIsDeletedThatIsThere) {
  const auto changes = campaign_setting("YESTERMAIL_CHANGES", for_this_build(4000, 20'000));
  const auto overflows = campaign_setting("YESTERMAIL_OVERFLOWS", for_this_build(1, 3));
  const auto kills = campaign_setting("YESTERMAIL_KILLS", for_this_build(1, 3));
  Ordeal ordeal(store, directory / "noise");
  ordeal.start();
  churn(changes, ordeal, overflows, kills);
  ordeal.settle();
  EXPECT_EQ(ordeal.stop(), 0);
  const auto view = open_view({disk, clock, log}, store);
  check(*view);
  std::uint64_t lost = 0;
  std::uint64_t unwatched = 0;
  for (const auto& gap : view->gaps(kServerAccount, Instant{0}, kForever)) {
    lost += gap.reason == GapReason::kEventsLost ? 1 : 0;
    unwatched += gap.reason == GapReason::kNotWatched ? 1 : 0;
  }
  // One may be told together with the next, or with a restart.
  EXPECT_GE(lost + unwatched, kills);
  EXPECT_GE(unwatched, kills > 0 ? 1U : 0U);
}

}  // namespace
}  // namespace yestermail
