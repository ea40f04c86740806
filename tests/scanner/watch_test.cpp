// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "base/error.h"
#include "store/server_account.h"
#include "tests/scanner/watch_world.h"
#include "tests/support/campaign_setting.h"

namespace yestermail {
namespace {

using namespace test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Without those that others on this machine may cause: the kernel drops events where there are very many.
std::vector<GapReason> reasons(const std::vector<Gap>& gaps) {
  std::vector<GapReason> result;
  for (const auto& gap : gaps) {
    if (gap.reason != GapReason::kEventsLost) result.push_back(gap.reason);
  }
  return result;
}

/// Each way to watch has to end in the same.
struct WatchMethods : testing::TestWithParam<WatchMethod> {
  void SetUp() override {
    if (GetParam() == WatchMethod::kFanotify && ::geteuid() != 0) GTEST_SKIP() << "fanotify needs root";
    world.options.first_method = GetParam();
  }
  void start() {
    world.start();
    const auto sources = world.watch->report().sources;
    ASSERT_EQ(sources.size(), 1U);
    ASSERT_EQ(sources.front().method, method_name(GetParam())) << sources.front().why;
  }
  WatchWorld world;
};

void record_setting(Recorder& recorder, const std::string& name) {
  EntryState state;
  state.parent = kSettingsDirectory;
  state.name = name;
  const std::vector<Change> changes{Put{recorder.new_item(kServerAccount), Cause::kArrived, state, {}}};
  recorder.record(kServerAccount, changes, {});
}

TEST(WatchRecorder, IsLentWhileTheStoreIsOpen) {
  WatchWorld world;
  world.options.first_method = WatchMethod::kPolling;
  world.start();
  ASSERT_TRUE(world.settles());
  world.watch->with_recorder([](Recorder& recorder) { record_setting(recorder, "lent"); });
  EXPECT_TRUE(world.past().lookup(kServerAccount, kSettingsDirectory, "lent", kForever));
  EXPECT_THROW(world.watch->with_recorder([](Recorder&) { throw Error(Errc::kNotFound, "mine"); }), Error);
  world.stop();
  try {
    world.watch->with_recorder([](Recorder&) {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kReadOnly);
  }
}

TEST(WatchRecorder, IsNotTakenAwayFromWhoUsesIt) {
  WatchWorld world;
  world.options.first_method = WatchMethod::kPolling;
  world.start();
  std::atomic<bool> inside{false};
  std::atomic<bool> go{false};
  std::atomic<bool> wrote{false};
  std::jthread user([&] {
    world.watch->with_recorder([&](Recorder& recorder) {
      inside = true;
      while (!go) std::this_thread::yield();
      record_setting(recorder, "lent");
      wrote = true;
    });
  });
  while (!inside) std::this_thread::yield();
  std::jthread stopper([&] { world.stop(); });
  go = true;
  stopper.join();
  EXPECT_TRUE(wrote);
  EXPECT_TRUE(world.past().lookup(kServerAccount, kSettingsDirectory, "lent", kForever));
}

TEST_P(WatchMethods, ADayOfMailIsRecorded) {
  build_small_server(world.mail());
  start();
  world.expect_followed();
  for (std::uint64_t day = 1; day <= 3; ++day) {
    change_small_server(world.mail(), day);
    world.expect_followed();
  }
}

TEST_P(WatchMethods, DeliveriesIntoAFolderThatWasJustMade) {
  start();
  world.expect_followed();
  const auto box = world.box();
  for (int folder = 0; folder < 10; ++folder) {
    const auto name = ".New" + std::to_string(folder);
    box.make_folder(name);
    for (int i = 0; i < 20; ++i) box.deliver(name, std::to_string(1000 + i) + ".x", sample_mail(1, 200));
  }
  world.expect_followed();
}

TEST_P(WatchMethods, FoldersAreRenamedAndRemovedWithWhatIsInThem) {
  const auto box = world.box();
  box.make_folder(".A");
  box.make_folder(".A.B");
  for (int i = 0; i < 10; ++i) box.put(".A.B", std::to_string(100 + i) + ".x:2,S", sample_mail(2, 200));
  start();
  world.expect_followed();
  const auto account = world.past().account_named("alice@example.com", kForever)->number;
  const auto folder = world.past().lookup(account, kRootItem, ".A.B", kForever)->item;
  box.rename_folder(".A", ".C");
  box.rename_folder(".A.B", ".C.B");
  box.deliver(".C.B", "500.y", sample_mail(3));
  world.expect_followed();
  EXPECT_EQ(world.past().lookup(account, kRootItem, ".C.B", kForever)->item, folder);
  box.remove_folder(".C.B");
  world.expect_followed();
}

TEST_P(WatchMethods, AccountsComeAndGo) {
  start();
  world.expect_followed();
  const auto bob = world.mail() + "/example.com/bob/Maildir";
  MaildirBuilder(bob).deliver("", "100.a", sample_mail(1));
  world.expect_followed();
  const auto first = world.past().account_named("bob@example.com", kForever);
  ASSERT_TRUE(first);

  fs::rename(world.mail() + "/example.com/bob", world.mail() + "/example.com/carol");
  world.expect_followed();
  EXPECT_FALSE(world.past().account_named("bob@example.com", kForever));
  ASSERT_TRUE(world.past().account_named("carol@example.com", kForever));

  fs::remove_all(world.mail() + "/example.com/carol");
  world.expect_followed();
  EXPECT_FALSE(world.past().account_named("carol@example.com", kForever));

  MaildirBuilder(bob).deliver("", "200.b", sample_mail(2));
  world.expect_followed();
  const auto second = world.past().account_named("bob@example.com", kForever);
  ASSERT_TRUE(second);
  EXPECT_NE(second->number, first->number) << "an account that is made anew is another one";
}

TEST_P(WatchMethods, WhatHappenedWhileNobodyWatchedIsFoundAndSaid) {
  build_small_server(world.mail());
  start();
  world.expect_followed();
  world.stop();
  change_small_server(world.mail(), 1);
  start();
  world.expect_followed();
  EXPECT_EQ(reasons(world.gaps()), std::vector<GapReason>{GapReason::kNotWatched});
  const auto gap = world.gaps().front();
  EXPECT_LT(gap.from, gap.until);
}

TEST_P(WatchMethods, ASourceThatIsGoneForAWhileLosesNothing) {
  build_small_server(world.mail());
  start();
  world.expect_followed();
  const auto before = show(world.past(), kForever);
  fs::rename(world.mail(), world.mail() + ".away");
  const auto is_watched = [&] { return !world.watch->report().sources.front().method.empty(); };
  for (int i = 0; i < 100 && is_watched(); ++i) std::this_thread::sleep_for(100ms);
  EXPECT_FALSE(world.watch->report().open_gaps.empty());
  EXPECT_FALSE(is_watched());
  EXPECT_EQ(shown_differences(before, show(world.past(), kForever)), std::vector<std::string>());
  fs::rename(world.mail() + ".away", world.mail());
  change_small_server(world.mail(), 1);
  world.expect_followed();
  EXPECT_EQ(reasons(world.gaps()), std::vector<GapReason>{GapReason::kSourceGone});
}

INSTANTIATE_TEST_SUITE_P(All, WatchMethods,
                         testing::Values(WatchMethod::kFanotify, WatchMethod::kInotify, WatchMethod::kPolling),
                         [](const auto& of) { return std::string(method_name(of.param)); });

struct WatchTest : testing::Test {
  WatchWorld world;
};

TEST_F(WatchTest, TheFirstLookAtAnEmptyStoreIsNoGap) {
  build_small_server(world.mail());
  world.start();
  world.expect_followed();
  EXPECT_TRUE(world.gaps().empty());
  for (int i = 0; i < 100 && world.watch->report().state != "watching"; ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(world.watch->report().state, "watching");
}

TEST_F(WatchTest, EachStateThatLastsIsInTheHistory) {
  const auto box = world.box();
  box.put("", "100.a:2,", sample_mail(1));
  world.start();
  world.expect_followed();
  std::vector<std::string> names{"100.a:2,"};
  for (const auto* flags : {"S", "FS", "FRS", "RS"}) {
    const auto name = std::string("100.a:2,") + flags;
    box.rename("", names.back(), name);
    names.push_back(name);
    ASSERT_TRUE(world.settles());
  }
  const auto account = world.past().account_named("alice@example.com", kForever)->number;
  const auto cur = world.past().lookup(account, kRootItem, "cur", kForever)->item;
  const auto item = world.past().lookup(account, cur, names.back(), kForever)->item;
  std::vector<std::string> recorded;
  for (const auto& version : world.past().history(account, item)) recorded.push_back(version.state.name);
  EXPECT_EQ(recorded, names);
}

TEST_F(WatchTest, MoreThanIsKeptInMindIsLookedThroughAndSaid) {
  world.options.most_names = 3;
  world.start();
  world.expect_followed();
  const auto box = world.box();
  for (int i = 0; i < 2000; ++i) box.deliver("", std::to_string(10000 + i) + ".x", "From: a\n\nb\n");
  world.expect_followed();
  const auto why = reasons(world.gaps());
  EXPECT_TRUE(std::ranges::find(why, GapReason::kQueueFull) != why.end());
  EXPECT_EQ(world.watch->report().waiting, 0U);
}

TEST_F(WatchTest, AFolderThatIsFlaggedInOneGo) {
  const auto box = world.box();
  const auto count = campaign_setting("YESTERMAIL_FLAGGED", 5000);
  const auto name_of = [](std::uint64_t i) { return std::to_string(1'000'000 + i) + ".x:2,"; };
  for (std::uint64_t i = 0; i < count; ++i) box.put("", name_of(i), "From: a\n\nb\n");
  world.start();
  ASSERT_TRUE(world.settles(600s));
  world.expect_followed();
  for (std::uint64_t i = 0; i < count; ++i) box.rename("", name_of(i), name_of(i) + "S");
  ASSERT_TRUE(world.settles(600s));
  world.expect_followed();
}

TEST_F(WatchTest, AUserWhoMakesAndRemovesFoldersInALoop) {
  world.start();
  world.expect_followed();
  const auto box = world.box();
  for (int i = 0; i < 200; ++i) {
    box.make_folder(".Loop");
    box.deliver(".Loop", std::to_string(1000 + i) + ".x", "From: a\n\nb\n");
    box.remove_folder(".Loop");
  }
  box.deliver("", "2000.y", sample_mail(1));
  world.expect_followed();
}

TEST_F(WatchTest, AStormOfChangesInManyAccounts) {
  build_small_server(world.mail());
  world.start();
  world.expect_followed();
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user) {
    users.emplace_back([&, user] {
      const MaildirBuilder box(world.mail() + "/example.org/user" + std::to_string(user) + "/Maildir");
      std::mt19937_64 random(static_cast<std::uint64_t>(user));
      box.make_folder(".Sub");
      for (int i = 0; i < 300; ++i) {
        const auto base = std::to_string(10000 + i) + ".x";
        box.deliver("", base, "From: a\nSubject: " + base + "\n\nb\n");
        fs::rename(box.root() + "/new/" + base, box.root() + "/cur/" + base + ":2,");
        if (random() % 2 == 0) box.rename("", base + ":2,", base + ":2,S");
        if (random() % 3 == 0 && fs::exists(box.root() + "/cur/" + base + ":2,S")) box.move("", base + ":2,S", ".Sub");
        if (random() % 5 == 0) fs::remove(box.root() + "/.Sub/cur/" + base + ":2,S");
      }
    });
  }
  for (auto& user : users) user.join();
  world.expect_followed();
  world.stop();
  world.reopen();
  const auto report = world.scan();
  EXPECT_EQ(report.items_arrived + report.items_deleted + report.items_renamed + report.items_moved, 0U);
}

TEST_F(WatchTest, AMailFromTheFutureIsTakenAsItIs) {
  world.start();
  world.expect_followed();
  world.box().deliver("", "100.a", sample_mail(1));
  const timespec times[2] = {{4'000'000'000, 5}, {4'000'000'000, 5}};
  ::utimensat(AT_FDCWD, (world.alice() + "/new/100.a").c_str(), times, 0);
  world.expect_followed();
}

TEST_F(WatchTest, AScanCanBeAskedForMeanwhile) {
  build_small_server(world.mail());
  world.start();
  ScanOptions options;
  options.threads = 1;
  const auto report = world.watch->scan(options, nullptr);
  EXPECT_GE(report.accounts_seen, 4U);
  world.expect_followed();
}

TEST_F(WatchTest, OneThatIsStoppedAtOnceStartsAgainWhereItWas) {
  build_small_server(world.mail());
  for (int i = 0; i < 5; ++i) {
    world.start();
    change_small_server(world.mail(), static_cast<std::uint64_t>(i + 1));
    world.stop();
  }
  world.start();
  world.expect_followed();
}

TEST_F(WatchTest, ASourceThatIsNotThereYetIsWaitedFor) {
  fs::rename(world.mail(), world.mail() + ".away");
  world.start();
  EXPECT_TRUE(world.watch->report().sources.front().method.empty());
  EXPECT_FALSE(world.watch->report().sources.front().why.empty());
  fs::rename(world.mail() + ".away", world.mail());
  world.box().deliver("", "100.a", sample_mail(1));
  // It is looked for now and then: until it is found there is nothing to settle.
  const auto found = [this] { return world.past().account_named("alice@example.com", kForever).has_value(); };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!found() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_TRUE(found());
  world.expect_followed();
}

TEST_F(WatchTest, OnlyOneWriterAtATime) {
  world.start();
  WatchWorld other;
  other.store_path = world.store_path;
  try {
    other.start();
    FAIL() << "two write to one store";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kLocked);
  }
  world.expect_followed();
}

TEST_F(WatchTest, ADirectoryThatNobodyMayReadIsSaidAndTheRestGoesOn) {
  world.box().make_folder(".Closed");
  world.start();
  world.expect_followed();
  fs::create_symlink("/etc/passwd", world.alice() + "/cur/300.c:2,");
  world.box().deliver("", "100.a", sample_mail(1));
  ASSERT_TRUE(world.settles());
  EXPECT_GT(world.watch->report().failures, 0U);
  fs::remove(world.alice() + "/cur/300.c:2,");
  world.expect_followed();
}

}  // namespace
}  // namespace yestermail
