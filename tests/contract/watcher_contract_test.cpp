// SPDX-License-Identifier: GPL-3.0-or-later
// What every watcher promises (scanner/watch/watcher.h), on real directories.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "tests/contract/watcher_rig.h"

namespace yestermail::test {
namespace {

using std::chrono::milliseconds;

class WatcherContract : public testing::TestWithParam<WatchMethod> {
 protected:
  void SetUp() override {
    if (GetParam() != WatchMethod::kFanotify) return;
    if (const auto why = why_no_fanotify(); !why.empty()) GTEST_SKIP() << why;
  }
  [[nodiscard]] bool polls() const { return GetParam() == WatchMethod::kPolling; }

  WatchedTree tree{GetParam()};
};

#define EXPECT_COVERED(path) EXPECT_TRUE(tree.hints.cover(path)) << (path) << "\n" << tree.hints.text()

TEST_P(WatcherContract, SaysHowItWatches) {
  tree.start();
  EXPECT_EQ(tree.watcher().method(), GetParam());
  EXPECT_EQ(method_name(GetParam()), polls()                               ? "polling"
                                     : GetParam() == WatchMethod::kInotify ? "inotify"
                                                                           : "fanotify");
}

TEST_P(WatcherContract, IsSilentWhereNothingHappens) {
  make_maildir(tree / "a");
  tree.start();
  if (polls()) return;
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(tree.hints.all().empty()) << tree.hints.text();
}

TEST_P(WatcherContract, TellsOfAFileThatIsWritten) {
  make_maildir(tree / "a");
  tree.start();
  write_file(tree / "a/cur/m");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/cur/m");
  EXPECT_FALSE(tree.hints.missed());
}

TEST_P(WatcherContract, TellsOfADeliveryByTheNameInNew) {
  make_maildir(tree / "a");
  tree.start();
  deliver(tree / "a", "m");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/new/m");
  EXPECT_TRUE(polls() || tree.hints.name(tree / "a/new/m")) << tree.hints.text();
}

TEST_P(WatcherContract, TellsOfBothNamesOfARename) {
  make_maildir(tree / "a");
  write_file(tree / "a/cur/m:2,");
  write_file(tree / "a/new/n");
  tree.start();
  rename_path(tree / "a/cur/m:2,", tree / "a/cur/m:2,S");
  rename_path(tree / "a/new/n", tree / "a/cur/n:2,");
  ASSERT_TRUE(tree.collect());
  for (const char* name : {"a/cur/m:2,", "a/cur/m:2,S", "a/new/n", "a/cur/n:2,"}) EXPECT_COVERED(tree / name);
}

TEST_P(WatcherContract, TellsOfANameThatIsTakenOver) {
  make_maildir(tree / "a");
  write_file(tree / "a/subscriptions");
  write_file(tree / "a/subscriptions.lock", "y");
  tree.start();
  rename_path(tree / "a/subscriptions.lock", tree / "a/subscriptions");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/subscriptions");
}

TEST_P(WatcherContract, TellsOfWhatIsRemoved) {
  make_maildir(tree / "a");
  write_file(tree / "a/cur/m");
  tree.start();
  std::filesystem::remove(tree / "a/cur/m");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/cur/m");
}

TEST_P(WatcherContract, TellsOfALink) {
  make_maildir(tree / "a");
  make_maildir(tree / "b");
  write_file(tree / "a/cur/m");
  tree.start();
  std::filesystem::create_hard_link(tree / "a/cur/m", tree / "b/cur/m");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "b/cur/m");
}

TEST_P(WatcherContract, TellsOfAChangeInPlaceAndOfATime) {
  make_maildir(tree / "a");
  write_file(tree / "a/dovecot-uidlist");
  write_file(tree / "a/cur/m");
  tree.start();
  std::ofstream(tree / "a/dovecot-uidlist", std::ios::app) << "more";
  const auto mail = tree / "a/cur/m";
  ASSERT_EQ(::utimensat(AT_FDCWD, mail.c_str(), nullptr, 0), 0);
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/dovecot-uidlist");
  EXPECT_COVERED(tree / "a/cur/m");
}

TEST_P(WatcherContract, TellsOfWhatComesFromOutsideAndGoesThere) {
  make_maildir(tree / "a");
  write_file(tree.outside() + "/m");
  write_file(tree / "a/cur/n");
  tree.start();
  rename_path(tree.outside() + "/m", tree / "a/cur/m");
  rename_path(tree / "a/cur/n", tree.outside() + "/n");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/cur/m");
  EXPECT_COVERED(tree / "a/cur/n");
}

TEST_P(WatcherContract, LeavesOutWhatDoesNotMatter) {
  make_maildir(tree / "a");
  std::filesystem::create_directories(tree / "ignored/deep");
  tree.start();
  if (polls()) return;
  write_file(tree / "a/tmp/m");
  write_file(tree / "ignored/m");
  write_file(tree / "ignored/deep/m");
  write_file(tree.outside() + "/m");
  std::filesystem::create_directories(tree.outside() + "/root2/cur");
  write_file(tree.outside() + "/root2/cur/m");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(tree.hints.all().empty()) << tree.hints.text();
}

TEST_P(WatcherContract, TellsOfAllInANewDirectoryThatIsFilledAtOnce) {
  tree.start();
  std::filesystem::create_directories(tree / "d/e");
  make_maildir(tree / "d/e/f");
  for (int i = 0; i < 50; ++i) write_file(tree / "d/e/f/cur/" + std::to_string(i));
  deliver(tree / "d/e/f", "m");
  ASSERT_TRUE(tree.collect());
  for (int i = 0; i < 50; ++i) {
    const auto path = tree / "d/e/f/cur/" + std::to_string(i);
    EXPECT_COVERED(path);
    EXPECT_TRUE(polls() || tree.hints.name(path)) << path;
  }
  EXPECT_COVERED(tree / "d/e/f/new/m");
  tree.hints.clear();
  deliver(tree / "d/e/f", "later");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "d/e/f/new/later");
}

TEST_P(WatcherContract, FollowsARenamedDirectory) {
  make_maildir(tree / "a/.Old");
  make_maildir(tree / "a/.Old.Sub");
  write_file(tree / "a/.Old/cur/1");
  tree.start();
  write_file(tree / "a/.Old/cur/2");
  ASSERT_TRUE(tree.collect());
  tree.hints.clear();
  rename_path(tree / "a/.Old", tree / "a/.New");
  deliver(tree / "a/.New", "m");
  ASSERT_TRUE(tree.collect());
  for (const char* name : {"a/.Old/cur/1", "a/.New/cur/1", "a/.New/new/m"}) EXPECT_COVERED(tree / name);
  tree.hints.clear();
  deliver(tree / "a/.New", "n");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/.New/new/n");
  EXPECT_FALSE(tree.hints.cover(tree / "a/.Old/new/n") && !polls()) << tree.hints.text();
}

TEST_P(WatcherContract, FollowsARenameAboveADirectory) {
  make_maildir(tree / "x/y/z");
  tree.start();
  deliver(tree / "x/y/z", "1");
  ASSERT_TRUE(tree.collect());
  rename_path(tree / "x", tree / "w");
  ASSERT_TRUE(tree.collect());
  tree.hints.clear();
  deliver(tree / "w/y/z", "2");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "w/y/z/new/2");
}

TEST_P(WatcherContract, FollowsDirectoriesThatChangePlaces) {
  make_maildir(tree / "a");
  make_maildir(tree / "b");
  tree.start();
  for (int i = 0; i < 5; ++i) {
    rename_path(tree / "a", tree / "c");
    rename_path(tree / "b", tree / "a");
    rename_path(tree / "c", tree / "b");
    if (i == 2) {
      ASSERT_TRUE(tree.collect());
    }
  }
  ASSERT_TRUE(tree.collect());
  tree.hints.clear();
  deliver(tree / "a", "for-a");
  deliver(tree / "b", "for-b");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/new/for-a");
  EXPECT_COVERED(tree / "b/new/for-b");
  EXPECT_TRUE(polls() || !tree.hints.cover(tree / "a/new/for-b")) << tree.hints.text();
}

TEST_P(WatcherContract, TellsOfADirectoryThatComesFromOutside) {
  make_maildir(tree.outside() + "/away");
  write_file(tree.outside() + "/away/cur/1");
  tree.start();
  write_file(tree.outside() + "/away/cur/2");  // Known, and known not to matter.
  ASSERT_TRUE(tree.collect());
  rename_path(tree.outside() + "/away", tree / "home");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "home/cur/1");
  tree.hints.clear();
  deliver(tree / "home", "3");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "home/new/3");
}

TEST_P(WatcherContract, LetsGoOfADirectoryThatGoesOutside) {
  make_maildir(tree / "a");
  tree.start();
  deliver(tree / "a", "1");
  rename_path(tree / "a", tree.outside() + "/away");
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a");
  tree.hints.clear();
  deliver(tree.outside() + "/away", "2");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(polls() || tree.hints.all().empty()) << tree.hints.text();
  make_maildir(tree / "a");
  deliver(tree / "a", "3");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/new/3");
}

TEST_P(WatcherContract, SeesWhatStartsToMatterWithANewName) {
  make_maildir(tree / "ignored/f");
  write_file(tree / "ignored/f/cur/1");
  tree.start();
  write_file(tree / "ignored/f/cur/2");
  ASSERT_TRUE(tree.collect());
  rename_path(tree / "ignored", tree / "shown");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "shown/f/cur/1");
  tree.hints.clear();
  write_file(tree / "shown/f/cur/3");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "shown/f/cur/3");
  rename_path(tree / "shown", tree / "ignored");
  ASSERT_TRUE(tree.collect());
  tree.hints.clear();
  write_file(tree / "ignored/f/cur/4");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(polls() || tree.hints.all().empty()) << tree.hints.text();
}

TEST_P(WatcherContract, SeesADirectoryThatIsRemovedAndMadeAgain) {
  make_maildir(tree / "a");
  tree.start();
  for (int round = 0; round < 20; ++round) {
    const auto name = std::to_string(round);
    deliver(tree / "a", name);
    std::filesystem::remove_all(tree / "a");
    make_maildir(tree / "a");
    deliver(tree / "a", "again" + name);
    if (round % 3 == 0) {
      ASSERT_TRUE(tree.collect());
      EXPECT_COVERED(tree / "a/new/again" + name);
      tree.hints.clear();
    }
  }
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/new/again19");
  tree.hints.clear();
  deliver(tree / "a", "last");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / "a/new/last");
}

TEST_P(WatcherContract, TakesNamesOfAllBytes) {
  const std::string odd = "new\nline \xff\xfe \xc3\xa4 (deleted)";
  tree.start();
  make_maildir(tree / odd);
  write_file(tree / odd + "/cur/" + odd);
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / odd + "/cur/" + odd);
  tree.hints.clear();
  write_file(tree / odd + "/cur/2");
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(tree / odd + "/cur/2");
}

TEST_P(WatcherContract, NamesDirectoriesAsTheRootWasNamed) {
  make_maildir(tree / "a");
  const auto link = tree.outside() + "/link";
  std::filesystem::create_directory_symlink(tree.root(), link);
  const auto watcher = make_watcher(GetParam(), {link + "/", matters_here, milliseconds(20), 0});
  deliver(tree / "a", "m");
  Hints hints;
  ASSERT_TRUE(watcher->wait(milliseconds(40), hints.sink()));
  ASSERT_TRUE(watcher->wait(milliseconds(40), hints.sink()));
  EXPECT_TRUE(hints.cover(link + "/a/new/m")) << hints.text();
  EXPECT_FALSE(hints.cover(tree / "a/new/m")) << hints.text();
}

TEST_P(WatcherContract, CoversADirectoryDeeperThanAPathMayBeLong) {
  tree.start();
  std::string path = tree / "deep";
  std::filesystem::create_directory(path);
  const std::string name(200, 'd');
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(path);
  for (int i = 0; i < 30; ++i) {
    std::filesystem::create_directory(name);
    std::filesystem::current_path(name);
    path += "/" + name;
  }
  ASSERT_TRUE(tree.collect());
  tree.hints.clear();
  write_file("m");
  std::filesystem::current_path(here);
  ASSERT_TRUE(tree.collect());
  EXPECT_COVERED(path + "/m");
}

TEST_P(WatcherContract, SaysWhenTheRootIsGone) {
  make_maildir(tree / "a");
  tree.start();
  std::filesystem::remove_all(tree.root());
  bool there = true;
  for (int i = 0; i < 100 && there; ++i) there = tree.watcher().wait(milliseconds(100), tree.hints.sink());
  EXPECT_FALSE(there);
  std::filesystem::create_directory(tree.root());
  EXPECT_FALSE(tree.watcher().wait(milliseconds(0), tree.hints.sink()));
}

TEST_P(WatcherContract, SaysWhenAnotherDirectoryStandsInPlaceOfTheRoot) {
  make_maildir(tree / "a");
  tree.start();
  rename_path(tree.root(), tree.outside() + "/moved");
  std::filesystem::create_directory(tree.root());
  bool there = true;
  for (int i = 0; i < 100 && there; ++i) there = tree.watcher().wait(milliseconds(100), tree.hints.sink());
  EXPECT_FALSE(there);
}

TEST_P(WatcherContract, IsNotTakenInByARootThatIsRemovedAndMadeAgainAtOnce) {
  tree.start();
  // The new one may well have the number of the old one.
  std::filesystem::remove(tree.root());
  make_maildir(tree / "a");
  bool there = tree.collect();
  for (int i = 0; i < 30 && there && !tree.hints.cover(tree / "a/cur/m"); ++i) {
    write_file(tree / "a/cur/m");
    there = tree.watcher().wait(milliseconds(100), tree.hints.sink());
  }
  EXPECT_TRUE(!there || tree.hints.cover(tree / "a/cur/m")) << tree.hints.text();
}

TEST_P(WatcherContract, RefusesARootThatIsNotThere) {
  for (const std::string& root : {tree / "missing", tree / "file"}) {
    if (root == tree / "file") write_file(root);
    try {
      make_watcher(GetParam(), {root, matters_here, milliseconds(20), 0});
      FAIL() << root;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::kNotFound) << error.what();
    }
  }
}

TEST_P(WatcherContract, IsWokenByAnotherThread) {
  WatchedTree slow(GetParam(), std::chrono::hours(1));
  slow.start();
  std::thread other([&] { slow.watcher().wake(); });
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(slow.watcher().wait(std::chrono::hours(1), slow.hints.sink()));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::minutes(5));
  other.join();
}

TEST_P(WatcherContract, WaitsAsLongAsItWasTold) {
  tree.start();
  write_file(tree.outside() + "/nothing-to-us");
  // A poll that is due already when it is asked for comes at once, as on a machine that is busy elsewhere.
  bool waited = false;
  for (int tries = 0; tries < 50 && !waited; ++tries) {
    const auto before = std::chrono::steady_clock::now();
    EXPECT_TRUE(tree.watcher().wait(milliseconds(50), tree.hints.sink()));
    waited = std::chrono::steady_clock::now() - before >= milliseconds(polls() ? 15 : 50);
    EXPECT_TRUE(waited || polls());
  }
  EXPECT_TRUE(waited);
}

TEST_P(WatcherContract, CountsWhatItDoes) {
  make_maildir(tree / "a");
  tree.start();
  deliver(tree / "a", "m");
  ASSERT_TRUE(tree.collect());
  const auto figures = tree.watcher().figures();
  EXPECT_EQ(figures.hints, tree.hints.all().size());
  EXPECT_EQ(figures.events > 0, !polls());
  EXPECT_EQ(figures.overflows, 0U);
  // The root, a, cur and new.
  EXPECT_EQ(figures.directories, GetParam() == WatchMethod::kInotify ? 4U : 0U);
}

INSTANTIATE_TEST_SUITE_P(AllOfThem, WatcherContract,
                         testing::Values(WatchMethod::kFanotify, WatchMethod::kInotify, WatchMethod::kPolling),
                         name_of_instance);

}  // namespace
}  // namespace yestermail::test
