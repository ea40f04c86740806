// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/live_account.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/scanner/live_driver.h"

namespace yestermail {
namespace {

using namespace test;
namespace fs = std::filesystem;
using Causes = std::vector<Cause>;

struct LiveAccountTest : testing::Test {
  LiveAccountTest() {
    world.box().make_folder(".Trash");
    world.box().put("", "100.a:2,", sample_mail(1));
    world.box().put("", "200.b:2,S", sample_mail(2));
    world.scan_exactly();
    driver.emplace(world);
  }
  /// Everything at rest, nothing left to a reconcile, and the store shows the disk.
  void expect_exact() {
    driver->settle();
    EXPECT_FALSE(driver->wants_reconcile);
    world.expect_store_is_disk();
  }
  ScanWorld world;
  std::optional<LiveDriver> driver;
};

TEST_F(LiveAccountTest, RecordsADelivery) {
  world.box().deliver("", "300.c", sample_mail(3));
  driver->look({{"new", "300.c"}});
  const auto version = world.at("new/300.c");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->state.digest, Digest::of(as_bytes(sample_mail(3))));
  EXPECT_FALSE(version->state.subject.empty());
  expect_exact();
}

TEST_F(LiveAccountTest, FollowsANameWithoutReadingTheFile) {
  const auto item = world.item("cur/100.a:2,");
  world.box().rename("", "100.a:2,", "100.a:2,FS");
  driver->look({{"cur", "100.a:2,"}, {"cur", "100.a:2,FS"}});
  EXPECT_EQ(world.item("cur/100.a:2,FS"), item);
  EXPECT_EQ(world.causes(item), (Causes{Cause::kArrived, Cause::kRenamed}));
  expect_exact();
}

TEST_F(LiveAccountTest, KnowsAMessageAgainThatGoesFromNewToCur) {
  world.box().deliver("", "300.c", sample_mail(3));
  driver->look({{"new", "300.c"}});
  const auto item = world.item("new/300.c");
  fs::rename(world.alice() + "/new/300.c", world.alice() + "/cur/300.c:2,");
  driver->look({{"new", "300.c"}, {"cur", "300.c:2,"}});
  EXPECT_EQ(world.item("cur/300.c:2,"), item);
  expect_exact();
}

TEST_F(LiveAccountTest, BelievesTheDiskAndNotTheHint) {
  // Three renames arrive as two events, and the last of them says what is not so.
  world.box().rename("", "100.a:2,", "100.a:2,S");
  world.box().rename("", "100.a:2,S", "100.a:2,");
  world.box().rename("", "100.a:2,", "100.a:2,S");
  driver->look({{"cur", "100.a:2,S"}, {"cur", "100.a:2,"}});
  EXPECT_TRUE(world.at("cur/100.a:2,S"));
  expect_exact();
}

TEST_F(LiveAccountTest, ADeletionIsRecordedWhenAListingProvesIt) {
  const auto item = world.item("cur/100.a:2,");
  world.box().remove("", "100.a:2,");
  driver->look({{"cur", "100.a:2,"}});
  EXPECT_TRUE(world.at("cur/100.a:2,")) << "one look at a name is no proof";
  driver->settle();
  EXPECT_FALSE(world.at("cur/100.a:2,"));
  EXPECT_NE(world.history(item).back().until, kForever);
  expect_exact();
}

TEST_F(LiveAccountTest, ADeletionWaitsForTheHintsOfItsTime) {
  world.box().rename("", "100.a:2,", "100.a:2,F");
  driver->look({{"cur", "100.a:2,"}});  // The other half of the rename has not been told yet.
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  driver->look({});
  EXPECT_TRUE(world.at("cur/100.a:2,"));
  driver->look({{"cur", "100.a:2,F"}});
  EXPECT_EQ(world.causes(world.item("cur/100.a:2,F")), (Causes{Cause::kArrived, Cause::kRenamed}));
  expect_exact();
}

TEST_F(LiveAccountTest, ADeletionIsNotRecordedWhileAHintOfItsTimeMayCome) {
  world.box().remove("", "100.a:2,");
  driver->look({{"cur", "100.a:2,"}});
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  driver->look({});
  EXPECT_TRUE(world.at("cur/100.a:2,")) << "where it went may be told yet";
  expect_exact();
  EXPECT_FALSE(world.at("cur/100.a:2,"));
}

TEST_F(LiveAccountTest, AnotherMessageOfTheSameBaseNameKeepsNoDeletionBack) {
  world.box().put("", "100.a:2,S", sample_mail(3));
  driver->look({{"cur", "100.a:2,S"}});
  const auto stays = world.item("cur/100.a:2,S");
  const auto goes = world.item("cur/100.a:2,");
  ASSERT_NE(stays, goes);
  world.box().remove("", "100.a:2,");
  driver->look({{"cur", "100.a:2,"}});
  expect_exact();
  EXPECT_EQ(world.item("cur/100.a:2,S"), stays);
  EXPECT_NE(world.history(goes).back().until, kForever);
}

TEST_F(LiveAccountTest, AListingFindsWhatNoHintNamed) {
  const auto item = world.item("cur/100.a:2,");
  world.box().rename("", "100.a:2,", "100.a:2,F");
  driver->look({{"cur", "100.a:2,"}});
  driver->settle();
  EXPECT_EQ(world.item("cur/100.a:2,F"), item);
  expect_exact();
}

TEST_F(LiveAccountTest, NamesThatStillWaitHoldUpDeletions) {
  world.box().remove("", "100.a:2,");
  driver->look({{"cur", "100.a:2,"}});
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  driver->pass_fences();
  driver->look({}, false);
  EXPECT_TRUE(world.at("cur/100.a:2,"));
  expect_exact();
}

TEST_F(LiveAccountTest, NothingIsTakenForDeletedBeforeLostHintsAreMadeGood) {
  world.box().move("", "100.a:2,", ".Trash");
  driver->covered = false;
  driver->look({{"cur", "100.a:2,"}});  // That it came to the trash was among the hints that were lost.
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    driver->pass_fences();
    driver->look({});
  }
  EXPECT_TRUE(world.at("cur/100.a:2,"));
  const auto item = world.item("cur/100.a:2,");
  world.scan();
  driver->reconciled();
  driver->covered = true;
  EXPECT_EQ(world.item(".Trash/cur/100.a:2,"), item);
  expect_exact();
}

TEST_F(LiveAccountTest, DovecotsMoveIsAMove) {
  const auto item = world.item("cur/200.b:2,S");
  const auto target = world.alice() + "/.Trash/cur/200.b:2,S";
  fs::create_hard_link(world.alice() + "/cur/200.b:2,S", target);
  driver->look({{".Trash/cur", "200.b:2,S"}});
  EXPECT_TRUE(world.at(".Trash/cur/200.b:2,S")) << "for a moment both exist, and both are recorded";
  fs::remove(world.alice() + "/cur/200.b:2,S");
  driver->look({{"cur", "200.b:2,S"}});
  driver->settle();
  EXPECT_EQ(world.item(".Trash/cur/200.b:2,S"), item);
  EXPECT_EQ(world.causes(item), (Causes{Cause::kArrived, Cause::kMoved}));
  EXPECT_FALSE(world.at("cur/200.b:2,S"));
  expect_exact();
}

TEST_F(LiveAccountTest, ARenameToAnotherFolderIsAMove) {
  const auto item = world.item("cur/200.b:2,S");
  world.box().move("", "200.b:2,S", ".Trash");
  driver->look({{"cur", "200.b:2,S"}, {".Trash/cur", "200.b:2,S"}});
  driver->settle();
  EXPECT_EQ(world.item(".Trash/cur/200.b:2,S"), item);
  expect_exact();
}

TEST_F(LiveAccountTest, ACopyIsAnotherItem) {
  const auto item = world.item("cur/200.b:2,S");
  fs::create_hard_link(world.alice() + "/cur/200.b:2,S", world.alice() + "/.Trash/cur/200.b:2,S");
  driver->look({{".Trash/cur", "200.b:2,S"}});
  driver->settle();
  EXPECT_NE(world.item(".Trash/cur/200.b:2,S"), item);
  EXPECT_EQ(world.item("cur/200.b:2,S"), item);
  expect_exact();
}

TEST_F(LiveAccountTest, ACopyThatIsDeletedTakesNothingWithIt) {
  world.box().deliver("", "300.c", sample_mail(3));
  driver->look({{"new", "300.c"}});
  const auto item = world.item("new/300.c");
  fs::create_hard_link(world.alice() + "/new/300.c", world.alice() + "/.Trash/new/300.c");
  driver->look({{".Trash/new", "300.c"}});
  fs::remove(world.alice() + "/.Trash/new/300.c");
  driver->look({{".Trash/new", "300.c"}});
  driver->settle();
  EXPECT_EQ(world.item("new/300.c"), item);
  EXPECT_EQ(world.causes(item), Causes{Cause::kArrived});
  expect_exact();
}

TEST_F(LiveAccountTest, AMoveThatARunBeforeSawHalfOfIsAMove) {
  const auto item = world.item("cur/200.b:2,S");
  fs::create_hard_link(world.alice() + "/cur/200.b:2,S", world.alice() + "/.Trash/cur/200.b:2,S");
  driver->look({{".Trash/cur", "200.b:2,S"}});
  driver->settle();
  driver.emplace(world);
  fs::remove(world.alice() + "/cur/200.b:2,S");
  driver->look({{"cur", "200.b:2,S"}});
  driver->settle();
  EXPECT_EQ(world.item(".Trash/cur/200.b:2,S"), item);
  expect_exact();
}

TEST_F(LiveAccountTest, AnUnknownNameIsNotANewMessageBeforeLostHintsAreMadeGood) {
  const auto item = world.item("cur/100.a:2,");
  world.box().rename("", "100.a:2,", "100.a:2,F");
  driver->covered = false;
  driver->look({{"cur", "100.a:2,F"}});
  EXPECT_TRUE(driver->wants_reconcile);
  EXPECT_FALSE(world.at("cur/100.a:2,F"));
  world.scan();
  driver->reconciled();
  driver->covered = true;
  EXPECT_EQ(world.item("cur/100.a:2,F"), item);
  expect_exact();
}

TEST_F(LiveAccountTest, AMoveIntoAFolderThatIsRenamedMeanwhileIsLeftToAReconcile) {
  fs::create_hard_link(world.alice() + "/cur/200.b:2,S", world.alice() + "/.Trash/cur/200.b:2,S");
  driver->look({{".Trash/cur", "200.b:2,S"}});
  fs::remove(world.alice() + "/cur/200.b:2,S");
  world.box().rename_folder(".Trash", ".Elsewhere");
  driver->look({{"cur", "200.b:2,S"}});
  for (int i = 0; i < 20 && !driver->wants_reconcile; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    driver->pass_fences();
    driver->look({});
  }
  EXPECT_TRUE(driver->wants_reconcile);
  EXPECT_TRUE(world.at("cur/200.b:2,S")) << "where it went is not known yet";
}

TEST_F(LiveAccountTest, WhatIsRewrittenUnderItsNameGetsNewBytes) {
  const auto item = world.item("cur/100.a:2,");
  write(world.alice() + "/cur/100.a:2,", sample_mail(77));
  driver->look({{"cur", "100.a:2,"}});
  EXPECT_EQ(world.causes(item), (Causes{Cause::kArrived, Cause::kChanged}));
  expect_exact();
}

TEST_F(LiveAccountTest, ModeAndTimeAreFollowed) {
  ::chmod((world.alice() + "/cur/100.a:2,").c_str(), 0640);
  driver->look({{"cur", "100.a:2,"}});
  EXPECT_EQ(world.at("cur/100.a:2,")->state.mode, 0640U);
  expect_exact();
}

TEST_F(LiveAccountTest, TwoMessagesOfOneBaseNameStayTwo) {
  world.box().put("", "100.a:2,R", sample_mail(9));
  driver->look({{"cur", "100.a:2,R"}, {"cur", "100.a:2,"}});
  EXPECT_NE(world.item("cur/100.a:2,R"), world.item("cur/100.a:2,"));
  expect_exact();
}

TEST_F(LiveAccountTest, FilesBesideTheMailAreFollowed) {
  world.box().write("dovecot-keywords", "0 $Label1\n");
  driver->look_at_file({"", "dovecot-keywords"});
  world.box().write("dovecot-keywords", "0 $Label1\n1 work\n");
  driver->look_at_file({"", "dovecot-keywords"});
  EXPECT_EQ(world.causes(world.item("dovecot-keywords")), (Causes{Cause::kArrived, Cause::kChanged}));
  fs::remove(world.alice() + "/dovecot-keywords");
  driver->look_at_file({"", "dovecot-keywords"});
  EXPECT_TRUE(world.at("dovecot-keywords")) << "it may be written anew in a moment";
  driver->settle();
  EXPECT_FALSE(world.at("dovecot-keywords"));
}

TEST_F(LiveAccountTest, AFolderThatIsNotKnownIsLeftToAReconcile) {
  world.box().make_folder(".New");
  world.box().deliver(".New", "300.c", sample_mail(3));
  driver->look({{".New/new", "300.c"}});
  EXPECT_TRUE(driver->wants_reconcile);
}

TEST_F(LiveAccountTest, AnotherFolderUnderAKnownNameIsLeftToAReconcile) {
  driver->look({{".Trash/cur", "nothing"}});
  world.box().rename_folder(".Trash", ".Old");
  world.box().make_folder(".Trash");
  world.box().deliver(".Trash", "300.c", sample_mail(3));
  driver->look({{".Trash/new", "300.c"}});
  EXPECT_TRUE(driver->wants_reconcile);
  EXPECT_FALSE(world.at(".Trash/new/300.c"));
}

TEST_F(LiveAccountTest, AnotherFolderUnderARecordedNameIsLeftToAReconcileAtTheFirstLook) {
  // Renamed, and another one was made under its old name, before anything in it was looked at.
  world.box().rename_folder(".Trash", ".Old trash");
  world.box().make_folder(".Trash");
  world.box().deliver(".Trash", "300.c", sample_mail(3));
  driver->look({{".Trash/new", "300.c"}});
  EXPECT_TRUE(driver->wants_reconcile);
  EXPECT_FALSE(world.at(".Trash/new/300.c")) << "it never was in the folder that had the name before";
  world.scan();
  driver->reconciled();
  EXPECT_EQ(world.causes(world.item(".Trash/new/300.c")), Causes{Cause::kArrived});
}

TEST_F(LiveAccountTest, ALargeMessageComesWhole) {
  const auto mail = sample_mail(5, 9U << 20U);
  world.box().deliver("", "300.c", mail);
  driver->look({{"new", "300.c"}});
  EXPECT_EQ(world.at("new/300.c")->state.size, mail.size());
  expect_exact();
}

TEST_F(LiveAccountTest, WhatIsNoFileIsNotRead) {
  fs::create_symlink("/etc/passwd", world.alice() + "/cur/300.c:2,");
  ::mkfifo((world.alice() + "/cur/400.d:2,").c_str(), 0600);
  driver->look({{"cur", "300.c:2,"}, {"cur", "400.d:2,"}});
  EXPECT_TRUE(driver->wants_reconcile) << "which refuses it with its reason";
  EXPECT_FALSE(world.at("cur/300.c:2,"));
  EXPECT_FALSE(world.at("cur/400.d:2,"));
}

TEST_F(LiveAccountTest, AMailDirectoryThatIsGoneIsNoDeletionOfItsMail) {
  fs::rename(world.alice(), world.alice() + ".away");
  driver->look({{"cur", "100.a:2,"}});
  EXPECT_TRUE(driver->saw_it_gone);
  EXPECT_TRUE(world.at("cur/100.a:2,"));
}

}  // namespace
}  // namespace yestermail
