// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/scanner/scan_world.h"

namespace yestermail {
namespace {

using namespace test;
namespace fs = std::filesystem;
using Causes = std::vector<Cause>;

ScanOptions everything() {
  ScanOptions options;
  options.full = true;
  return options;
}

TEST(ScanMessages, TakesInAWholeServer) {
  ScanWorld world;
  build_small_server(world.mail());
  const auto report = world.scan_exactly();
  EXPECT_GE(report.accounts_seen, 4U);
  EXPECT_EQ(report.accounts_added, report.accounts_seen);
  EXPECT_GT(report.items_arrived, 50U);
  EXPECT_GT(report.bytes_read, 100'000U);
}

TEST(ScanMessages, EveryDayIsThereAsItWas) {
  ScanWorld world;
  build_small_server(world.mail());
  std::vector<std::pair<Instant, ShownStore>> days;
  for (std::uint64_t day = 1; day <= 4; ++day) {
    world.scan_exactly();
    days.emplace_back(world.view().last_instant(), show(world.view(), kForever));
    change_small_server(world.mail(), day);
  }
  world.scan_exactly();
  for (const auto& [instant, shown] : days) {
    EXPECT_EQ(shown_differences(shown, show(world.view(), instant)), std::vector<std::string>());
  }
}

// The planner goes ahead of the threads that read, but not without end: it waits for them, and they for it.
TEST(ScanMessages, TakesInMoreMailsThanMayWait) {
  constexpr std::uint64_t kMails = 900;
  for (const unsigned threads : {1U, 3U}) {
    ScanWorld world;
    for (std::uint64_t i = 0; i < kMails; ++i) {
      world.box().put("", std::to_string(i) + ".a.host:2,", sample_mail(i, 100));
    }
    ScanOptions options;
    options.threads = threads;
    EXPECT_EQ(world.scan(options).items_arrived, kMails);
  }
}

TEST(ScanMessages, IsTheSameWithAnyNumberOfThreads) {
  ScanWorld one;
  build_small_server(one.mail());
  ScanOptions options;
  options.threads = 1;
  one.scan_exactly(options);
  options.threads = 8;
  ScanWorld many;
  many.sources = one.sources;
  many.scan(options);
  EXPECT_EQ(shown_differences(show(one.view(), kForever), show(many.view(), kForever)), std::vector<std::string>());
}

TEST(ScanMessages, ASecondScanOfTheSameChangesNothing) {
  ScanWorld world;
  build_small_server(world.mail());
  world.scan_exactly();
  const auto instant = world.view().last_instant();
  grow_old();
  world.scan_exactly();
  const auto report = world.scan_exactly();
  EXPECT_EQ(world.view().last_instant(), instant);
  EXPECT_EQ(report.directories_listed, 0U) << "by now all directories are remembered";
  EXPECT_GT(report.directories_unchanged, 50U);
  EXPECT_EQ(report.bytes_read, 0U);
  EXPECT_GT(world.scan_exactly(everything()).directories_listed, 50U);
  EXPECT_EQ(world.view().last_instant(), instant);
}

TEST(ScanMessages, AFlagIsANewNameOfTheSameItem) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,", "Subject: hello\n\nhi\n");
  world.scan_exactly();
  const auto item = world.item("cur/1.a.host:2,");
  world.box().rename("", "1.a.host:2,", "1.a.host:2,S");
  const auto report = world.scan_exactly();
  EXPECT_EQ(report.items_renamed, 1U);
  EXPECT_EQ(report.bytes_read, 0U);
  EXPECT_EQ(world.item("cur/1.a.host:2,S"), item);
  const auto history = world.history(item);
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[1].cause, Cause::kRenamed);
  EXPECT_EQ(history[1].body, history[0].id) << "the same inode in the mount";
  EXPECT_EQ(history[1].state.subject, "hello");
}

TEST(ScanMessages, ANewMessageThatIsSeenIsTheSameItem) {
  ScanWorld world;
  world.box().deliver("", "1.a.host", "hi\n");
  world.scan_exactly();
  const auto item = world.item("new/1.a.host");
  fs::rename(world.alice() + "/new/1.a.host", world.alice() + "/cur/1.a.host:2,S");
  const auto report = world.scan_exactly();
  EXPECT_EQ(world.item("cur/1.a.host:2,S"), item);
  EXPECT_EQ(world.causes(item), (Causes{Cause::kArrived, Cause::kRenamed}));
  EXPECT_EQ(report.bytes_read, 0U);
  EXPECT_EQ(report.items_deleted, 0U);
}

TEST(ScanMessages, AMoveKeepsTheItem) {
  ScanWorld world;
  world.box().make_folder(".Trash");
  world.box().put("", "1.a.host:2,S", "hi\n");
  world.scan_exactly();
  const auto item = world.item("cur/1.a.host:2,S");
  // As Dovecot moves: a link first, then the old name goes.
  fs::create_hard_link(world.alice() + "/cur/1.a.host:2,S", world.alice() + "/.Trash/cur/1.a.host:2,S");
  fs::remove(world.alice() + "/cur/1.a.host:2,S");
  const auto report = world.scan_exactly();
  EXPECT_EQ(report.items_moved, 1U);
  EXPECT_EQ(report.bytes_read, 0U);
  EXPECT_EQ(world.item(".Trash/cur/1.a.host:2,S"), item);
  EXPECT_EQ(world.causes(item), (Causes{Cause::kArrived, Cause::kMoved}));
  EXPECT_EQ(world.history(item)[1].body, world.history(item)[0].id);
}

TEST(ScanMessages, AMoveUnderAnotherNameIsFoundByItsBytes) {
  ScanWorld world;
  world.box().make_folder(".Trash");
  world.box().put("", "1.a.host:2,S", "hi\n");
  world.box().put("", "2.b.host:2,S", "ho\n");
  world.scan_exactly();
  const auto item = world.item("cur/1.a.host:2,S");
  fs::rename(world.alice() + "/cur/1.a.host:2,S", world.alice() + "/.Trash/cur/9.z.host:2,S");
  fs::remove(world.alice() + "/cur/2.b.host:2,S");
  const auto report = world.scan_exactly();
  EXPECT_EQ(world.item(".Trash/cur/9.z.host:2,S"), item);
  EXPECT_EQ(report.items_moved, 1U);
  EXPECT_EQ(report.items_deleted, 1U);
  EXPECT_EQ(report.items_arrived, 0U);
}

TEST(ScanMessages, OtherBytesOfTheSameSizeAndTimeAreNoMove) {
  ScanWorld world;
  world.box().make_folder(".Trash");
  world.box().put("", "1.a.host:2,S", "hi\n");
  world.scan_exactly();
  const auto item = world.item("cur/1.a.host:2,S");
  write(world.alice() + "/.Trash/cur/9.z.host:2,S", "ho\n");
  fs::last_write_time(world.alice() + "/.Trash/cur/9.z.host:2,S",
                      fs::last_write_time(world.alice() + "/cur/1.a.host:2,S"));
  fs::remove(world.alice() + "/cur/1.a.host:2,S");
  const auto report = world.scan_exactly();
  EXPECT_EQ(report.items_deleted, 1U);
  EXPECT_EQ(report.items_arrived, 1U);
  EXPECT_NE(world.item(".Trash/cur/9.z.host:2,S"), item);
}

TEST(ScanMessages, ACopyIsAnItemOfItsOwn) {
  ScanWorld world;
  world.box().make_folder(".Archive");
  world.box().put("", "1.a.host:2,S", "hi\n");
  world.scan_exactly();
  fs::create_hard_link(world.alice() + "/cur/1.a.host:2,S", world.alice() + "/.Archive/cur/1.a.host:2,S");
  EXPECT_EQ(world.scan_exactly().items_arrived, 1U);
  EXPECT_NE(world.item(".Archive/cur/1.a.host:2,S"), world.item("cur/1.a.host:2,S"));
}

TEST(ScanMessages, ADeletedMessageEnds) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,S", "hi\n");
  world.scan_exactly();
  const auto before = world.view().last_instant();
  world.box().remove("", "1.a.host:2,S");
  EXPECT_EQ(world.scan_exactly().items_deleted, 1U);
  EXPECT_FALSE(world.at("cur/1.a.host:2,S"));
  EXPECT_TRUE(world.at("cur/1.a.host:2,S", before));
}

TEST(ScanMessages, AMessageRewrittenWithItsFlagsHasOtherBytes) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,", "Subject: one\n\n");
  world.scan_exactly();
  const auto item = world.item("cur/1.a.host:2,");
  // As mail programs do that know no rename.
  write(world.alice() + "/tmp/x", "Subject: two\nStatus: RO\n\n");
  fs::rename(world.alice() + "/tmp/x", world.alice() + "/cur/1.a.host:2,S");
  fs::remove(world.alice() + "/cur/1.a.host:2,");
  EXPECT_EQ(world.scan_exactly().items_changed, 1U);
  EXPECT_EQ(world.item("cur/1.a.host:2,S"), item);
  EXPECT_EQ(world.causes(item), (Causes{Cause::kArrived, Cause::kChanged}));
  EXPECT_EQ(world.at("cur/1.a.host:2,S")->state.subject, "two");
}

TEST(ScanMessages, FilesThatSwapNamesSwapTheirBytes) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,S", "one\n");
  world.box().put("", "2.b.host:2,S", "number two\n");
  world.scan_exactly();
  const auto cur = world.alice() + "/cur/";
  fs::rename(cur + "1.a.host:2,S", world.alice() + "/tmp/x");
  fs::rename(cur + "2.b.host:2,S", cur + "1.a.host:2,S");
  fs::rename(world.alice() + "/tmp/x", cur + "2.b.host:2,S");
  EXPECT_EQ(world.scan_exactly().items_changed, 2U);
}

TEST(ScanMessages, FlagsThatSwapBetweenTwoOfOneBaseComeOutRight) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,S", "one\n");
  world.box().put("", "1.a.host:2,F", "number two\n");
  world.scan_exactly();
  const auto cur = world.alice() + "/cur/";
  fs::rename(cur + "1.a.host:2,S", world.alice() + "/tmp/x");
  fs::rename(cur + "1.a.host:2,F", cur + "1.a.host:2,FS");
  fs::rename(world.alice() + "/tmp/x", cur + "1.a.host:2,F");
  world.scan_exactly();
}

TEST(ScanMessages, OneBaseTwiceIsTwoItems) {
  ScanWorld world;
  world.box().deliver("", "1.a.host", "one\n");
  world.box().put("", "1.a.host:2,S", "one\n");
  world.box().put("", "1.a.host:2,F", "other\n");
  EXPECT_EQ(world.scan_exactly().items_arrived, 3U);
  fs::remove(world.alice() + "/new/1.a.host");
  EXPECT_EQ(world.scan_exactly().items_deleted, 1U);
}

TEST(ScanMessages, AFullScanSeesWhatWasWrittenInPlace) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,S", "one\n");
  world.box().put("", "2.b.host:2,S", "two\n");
  world.scan_exactly();
  const auto touched = world.item("cur/2.b.host:2,S");
  grow_old();
  world.scan_exactly();
  const auto cur = world.alice() + "/cur/";
  write(cur + "1.a.host:2,S", "rewritten\n");
  ASSERT_EQ(::chmod((cur + "2.b.host:2,S").c_str(), 0640), 0);
  const auto quick = world.scan();
  EXPECT_EQ(quick.items_changed + quick.items_touched, 0U) << "the directory is as it was";
  const auto report = world.scan_exactly(everything());
  EXPECT_EQ(report.items_changed, 1U);
  EXPECT_EQ(report.items_touched, 1U);
  EXPECT_EQ(world.causes(touched), (Causes{Cause::kArrived, Cause::kTouched}));
}

TEST(ScanMessages, AControlFileThatGrowsInPlaceIsSeen) {
  ScanWorld world;
  world.box().make_folder(".Work");
  world.box().write(".Work/dovecot-uidlist", "3 V1 N1 Gabc\n");
  world.scan_exactly();
  const auto item = world.item(".Work/dovecot-uidlist");
  grow_old();
  world.scan_exactly();
  {
    FILE* file = std::fopen((world.alice() + "/.Work/dovecot-uidlist").c_str(), "a");
    std::fputs("1 :1.a.host\n", file);
    std::fclose(file);
  }
  const auto report = world.scan_exactly();
  EXPECT_EQ(report.directories_listed, 0U) << "the directory did not change";
  EXPECT_EQ(world.causes(item), (Causes{Cause::kArrived, Cause::kChanged}));
}

TEST(ScanMessages, WhatIsNoPartOfTheMailboxIsLeftOut) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,S", "one\n");
  write(world.alice() + "/tmp/half", "half");
  write(world.alice() + "/cur/.hidden", "x");
  write(world.alice() + "/dovecot-uidlist.lock", "x");
  write(world.alice() + "/maildirsize", "x");
  write(world.alice() + "/..DOVECOT-TRASHED/cur/1.x", "x");
  EXPECT_EQ(world.scan().items_arrived, 1U);
  EXPECT_TRUE(world.at("tmp"));
  for (const auto* path : {"tmp/half", "cur/.hidden", "dovecot-uidlist.lock", "maildirsize", "..DOVECOT-TRASHED"}) {
    EXPECT_FALSE(world.at(path)) << path;
  }
}

TEST(ScanMessages, FilesAndDirectoriesThatTakeEachOthersNames) {
  ScanWorld world;
  world.box().write("a", "file");
  fs::create_directories(world.alice() + "/b/below");
  world.box().write("b/below/file", "x");
  world.scan_exactly();
  fs::remove(world.alice() + "/a");
  fs::remove_all(world.alice() + "/b");
  fs::create_directories(world.alice() + "/a/inner");
  world.box().write("b", "file");
  world.scan_exactly();
  EXPECT_EQ(world.at("a")->state.kind, EntryKind::kDirectory);
  EXPECT_EQ(world.at("b")->state.kind, EntryKind::kFile);
}

/// A scan leaves no trace on the disk: neither names nor times, not even those of reading.
TEST(ScanMessages, ChangesNothingInTheSource) {
  ScanWorld world;
  build_small_server(world.mail());
  // Old times of reading, which any reading would renew. The walk itself reads directories: so it goes first.
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(world.mail())) paths.push_back(entry.path());
  std::map<std::string, struct stat> before;
  for (const auto& path : paths) {
    const timespec times[2] = {{1000, 0}, {0, UTIME_OMIT}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
    ASSERT_EQ(::lstat(path.c_str(), &before[path]), 0);
  }
  EXPECT_TRUE(world.scan().complete());
  EXPECT_TRUE(world.scan(everything()).complete());
  for (const auto& path : paths) {
    struct stat after {};
    ASSERT_EQ(::lstat(path.c_str(), &after), 0);
    EXPECT_EQ(after.st_atim.tv_sec, 1000) << path;
    EXPECT_EQ(after.st_ctim.tv_sec, before[path].st_ctim.tv_sec) << path;
    EXPECT_EQ(after.st_ctim.tv_nsec, before[path].st_ctim.tv_nsec) << path;
    EXPECT_EQ(after.st_mtim.tv_nsec, before[path].st_mtim.tv_nsec) << path;
  }
}

}  // namespace
}  // namespace yestermail
