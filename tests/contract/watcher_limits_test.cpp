// SPDX-License-Identifier: GPL-3.0-or-later
// Where the kernel's limits are met: its queue, its watches, what it may read.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/fd.h"
#include "tests/contract/watcher_rig.h"

namespace yestermail::test {
namespace {

using std::chrono::milliseconds;

std::uint64_t limit_of(const std::string& name) {
  std::ifstream in("/proc/sys/fs/" + name);
  std::uint64_t value = 0;
  in >> value;
  return value;
}

class WatcherQueue : public testing::TestWithParam<WatchMethod> {
 protected:
  void SetUp() override {
    if (GetParam() != WatchMethod::kFanotify) return;
    if (const auto why = why_no_fanotify(); !why.empty()) GTEST_SKIP() << why;
  }
  WatchedTree tree{GetParam(), milliseconds(20), TempDirectory::Where::kMemory};

  /// More distinct events than the kernel keeps for us.
  void overflow(const std::string& directory) {
    const auto name = GetParam() == WatchMethod::kFanotify ? "fanotify" : "inotify";
    const auto limit = limit_of(std::string(name) + "/max_queued_events");
    for (std::uint64_t i = 0; i < limit + 100; ++i) {
      const auto path = directory + "/" + std::to_string(i);
      const Fd made(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
      ASSERT_TRUE(made.valid());
    }
  }
};

TEST_P(WatcherQueue, SaysWhereChangesMayHaveBeenMissed) {
  make_maildir(tree / "a");
  tree.start();
  overflow(tree / "a/cur");
  make_maildir(tree / "a/late");  // Nobody told of it.
  rename_path(tree / "a/cur", tree / "a/old");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(tree.hints.missed());
  EXPECT_TRUE(tree.hints.cover(tree / "a/late/cur"));
  EXPECT_GE(tree.watcher().figures().overflows, 1U);
  tree.hints.clear();
  write_file(tree / "a/late/cur/m");
  write_file(tree / "a/old/m");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(tree.hints.cover(tree / "a/late/cur/m")) << tree.hints.text();
  EXPECT_TRUE(tree.hints.cover(tree / "a/old/m")) << tree.hints.text();
  EXPECT_FALSE(tree.hints.missed());
}

TEST_P(WatcherQueue, ForgetsNoRenameAmongWhatWasDropped) {
  make_maildir(tree / "a");
  make_maildir(tree / "b");
  tree.start();
  write_file(tree / "a/cur/1");
  ASSERT_TRUE(tree.collect());
  overflow(tree / "b/cur");
  rename_path(tree / "a", tree / "c");
  ASSERT_TRUE(tree.collect());
  tree.hints.clear();
  write_file(tree / "c/cur/2");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(tree.hints.cover(tree / "c/cur/2")) << tree.hints.text();
}

INSTANTIATE_TEST_SUITE_P(Kernel, WatcherQueue, testing::Values(WatchMethod::kFanotify, WatchMethod::kInotify),
                         name_of_instance);

TEST(InotifyWatcher, PollsTheDirectoriesThatItMayNotWatchAnyMore) {
  WatchedTree tree(WatchMethod::kInotify);
  make_maildir(tree / "a");
  tree.start(6);  // The root, a, cur, new; b and its cur.
  make_maildir(tree / "b");
  make_maildir(tree / "c/d");
  write_file(tree / "c/d/cur/1");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(tree.hints.cover(tree / "c/d/cur/1")) << tree.hints.text();
  EXPECT_TRUE(tree.hints.missed());
  EXPECT_GE(tree.watcher().figures().unwatched, 1U);
  tree.hints.clear();
  write_file(tree / "c/d/cur/2");
  ASSERT_TRUE(tree.watcher().wait(milliseconds(500), tree.hints.sink()));
  EXPECT_TRUE(tree.hints.cover(tree / "c/d/cur/2")) << tree.hints.text();
  EXPECT_FALSE(tree.hints.missed());

  std::filesystem::remove_all(tree / "b");
  std::filesystem::remove_all(tree / "a");
  for (int i = 0; i < 100 && tree.watcher().figures().unwatched > 0; ++i)
    ASSERT_TRUE(tree.watcher().wait(milliseconds(50), tree.hints.sink()));
  EXPECT_EQ(tree.watcher().figures().unwatched, 0U);
  tree.hints.clear();
  write_file(tree / "c/d/cur/3");
  ASSERT_TRUE(tree.collect());
  EXPECT_TRUE(tree.hints.name(tree / "c/d/cur/3")) << tree.hints.text();
}

/// Only root may mount.
class WatchedMount : public testing::TestWithParam<WatchMethod> {
 protected:
  void SetUp() override {
    if (GetParam() == WatchMethod::kFanotify && !why_no_fanotify().empty()) GTEST_SKIP() << why_no_fanotify();
    if (::mount("none", place_.path().c_str(), "tmpfs", 0, "size=1m") != 0) GTEST_SKIP() << "may not mount here";
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) ::umount2(place_.path().c_str(), MNT_DETACH);
  }
  [[nodiscard]] std::string root() const { return place_.path(); }
  bool unmount() {
    mounted_ = ::umount2(root().c_str(), 0) != 0;
    return !mounted_;
  }

 private:
  TempDirectory place_;
  bool mounted_ = false;
};

TEST_P(WatchedMount, CanBeUnmountedAndThenIsGone) {
  make_maildir(root() + "/a");
  const auto watcher = make_watcher(GetParam(), {root(), matters_here, milliseconds(20), 0});
  deliver(root() + "/a", "m");
  make_maildir(root() + "/b");
  Hints hints;
  ASSERT_TRUE(watcher->wait(milliseconds(40), hints.sink()));
  EXPECT_TRUE(hints.cover(root() + "/a/new/m")) << hints.text();
  ASSERT_TRUE(unmount()) << "a watcher must not hold the file system";
  bool there = true;
  for (int i = 0; i < 100 && there; ++i) there = watcher->wait(milliseconds(100), hints.sink());
  EXPECT_FALSE(there);
}

TEST_P(WatchedMount, TellsOfWhatIsMountedInTheTreeOrSaysThatItCannot) {
  std::filesystem::create_directories(root() + "/disk two/a");
  const WatcherSettings settings{root(), matters_here, milliseconds(20), 0};
  const auto watcher = make_watcher(GetParam(), settings);
  const auto disk = root() + "/disk two";
  ASSERT_EQ(::mount("none", disk.c_str(), "tmpfs", 0, "size=1m"), 0);
  Hints hints;
  bool there = true;
  for (int i = 0; i < 100 && there && !hints.cover(disk + "/x"); ++i)
    there = watcher->wait(milliseconds(100), hints.sink());
  const bool as_a_whole = GetParam() == WatchMethod::kFanotify;
  EXPECT_EQ(there, !as_a_whole) << "one mark does not cover another file system";
  if (as_a_whole) {
    const auto chosen = choose_watcher(settings);
    EXPECT_NE(chosen.watcher->method(), WatchMethod::kFanotify);
    EXPECT_NE(chosen.why.find("disk two: another file system is mounted there"), std::string::npos) << chosen.why;
  } else {
    hints.clear();
    make_maildir(disk + "/b");
    deliver(disk + "/b", "m");
    ASSERT_TRUE(watcher->wait(milliseconds(40), hints.sink()));
    ASSERT_TRUE(watcher->wait(milliseconds(40), hints.sink()));
    EXPECT_TRUE(hints.cover(disk + "/b/new/m")) << hints.text();
  }
  ASSERT_EQ(::umount2(disk.c_str(), 0), 0);
  if (as_a_whole) return;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(watcher->wait(milliseconds(1), hints.sink()));
  hints.clear();
  write_file(disk + "/a/m");
  ASSERT_TRUE(watcher->wait(milliseconds(40), hints.sink()));
  ASSERT_TRUE(watcher->wait(milliseconds(40), hints.sink()));
  EXPECT_TRUE(hints.cover(disk + "/a/m")) << hints.text();
}

INSTANTIATE_TEST_SUITE_P(AllOfThem, WatchedMount,
                         testing::Values(WatchMethod::kFanotify, WatchMethod::kInotify, WatchMethod::kPolling),
                         name_of_instance);

}  // namespace
}  // namespace yestermail::test
