// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <filesystem>

#include "scanner/folder_evidence.h"
#include "tests/scanner/scan_world.h"

namespace yestermail {
namespace {

using namespace test;
namespace fs = std::filesystem;
using Causes = std::vector<Cause>;

constexpr const char* kGuidA = "3 V1 N9 G0000000000000000000000000000000a\n1 :1.a.host\n";
constexpr const char* kGuidB = "3 V1 N9 G0000000000000000000000000000000b\n1 :2.b.host\n";

TEST(FolderGuid, IsReadFromTheFirstLine) {
  EXPECT_EQ(folder_guid(kGuidA), "0000000000000000000000000000000a");
  EXPECT_EQ(folder_guid("3 V1 Gabc"), "abc");
  EXPECT_FALSE(folder_guid("1 12 13\n"));
  EXPECT_FALSE(folder_guid("3 V1 N9\n1 Gabc :x\n"));
  EXPECT_FALSE(folder_guid(""));
  EXPECT_FALSE(folder_guid("3 G"));
}

TEST(ScanFolders, ARenamedFolderKeepsItsItemAndItsMessages) {
  ScanWorld world;
  world.box().make_folder(".Old");
  world.box().put(".Old", "1.a.host:2,S", "hi\n");
  world.box().write(".Old/dovecot-uidlist", kGuidA);
  world.scan_exactly();
  const auto folder = world.item(".Old");
  const auto message = world.item(".Old/cur/1.a.host:2,S");
  world.box().rename_folder(".Old", ".New");
  const auto report = world.scan_exactly();
  EXPECT_EQ(world.item(".New"), folder);
  EXPECT_EQ(world.item(".New/cur/1.a.host:2,S"), message);
  EXPECT_EQ(world.causes(folder), (Causes{Cause::kArrived, Cause::kRenamed}));
  EXPECT_EQ(world.causes(message), (Causes{Cause::kArrived})) << "the message itself did not change";
  EXPECT_EQ(report.bytes_read, std::string(kGuidA).size()) << "nothing but the control file is read again";
  EXPECT_FALSE(world.at(".Old"));
}

TEST(ScanFolders, WithoutAGuidItsInodeAndAMessageTell) {
  ScanWorld world;
  world.box().make_folder(".Old");
  world.box().put(".Old", "1.a.host:2,S", "hi\n");
  world.box().put(".Old", "2.b.host:2,S", "ho\n");
  world.scan_exactly();
  const auto folder = world.item(".Old");
  world.box().rename_folder(".Old", ".New");
  world.box().rename(".New", "1.a.host:2,S", "1.a.host:2,FS");
  world.box().remove(".New", "2.b.host:2,S");
  world.scan_exactly();
  EXPECT_EQ(world.item(".New"), folder);
}

TEST(ScanFolders, AnEmptyFolderIsFoundByItsInode) {
  ScanWorld world;
  world.box().make_folder(".Old");
  world.scan_exactly();
  const auto folder = world.item(".Old");
  world.box().rename_folder(".Old", ".New");
  world.scan_exactly();
  EXPECT_EQ(world.item(".New"), folder);
}

TEST(ScanFolders, OtherMessagesAreAnotherFolder) {
  ScanWorld world;
  world.box().make_folder(".Old");
  world.box().put(".Old", "1.a.host:2,S", "hi\n");
  world.scan_exactly();
  const auto folder = world.item(".Old");
  // The same inode, but nothing in common: as when it is used again.
  world.box().rename_folder(".Old", ".New");
  world.box().remove(".New", "1.a.host:2,S");
  world.box().put(".New", "7.g.host:2,", "other\n");
  const auto report = world.scan_exactly();
  EXPECT_NE(world.item(".New"), folder);
  EXPECT_EQ(report.items_deleted, 2U) << "the message and maildirfolder";
}

TEST(ScanFolders, TheGuidCountsMoreThanTheInode) {
  ScanWorld world;
  world.box().make_folder(".A");
  world.box().write(".A/dovecot-uidlist", kGuidA);
  world.scan_exactly();
  const auto folder = world.item(".A");
  world.box().rename_folder(".A", ".B");
  world.box().write(".B/dovecot-uidlist", kGuidB);
  world.scan_exactly();
  EXPECT_NE(world.item(".B"), folder);
}

TEST(ScanFolders, TwoFoldersSwapNames) {
  ScanWorld world;
  for (const auto* name : {".A", ".B"}) world.box().make_folder(name);
  world.box().put(".A", "1.a.host:2,S", "one\n");
  world.box().put(".B", "2.b.host:2,S", "two\n");
  world.scan_exactly();
  const auto before = world.view().last_instant();
  const auto a = world.item(".A");
  const auto b = world.item(".B");
  world.box().rename_folder(".A", "x");
  world.box().rename_folder(".B", ".A");
  world.box().rename_folder("x", ".B");
  const auto report = world.scan_exactly();
  EXPECT_EQ(world.item(".A"), b);
  EXPECT_EQ(world.item(".B"), a);
  EXPECT_EQ(report.items_deleted + report.items_arrived + report.items_moved, 0U);
  EXPECT_EQ(world.at(".A", before)->item, a);
}

TEST(ScanFolders, ARowOfFoldersMovesOn) {
  ScanWorld world;
  for (const auto* name : {".1", ".2", ".3"}) {
    world.box().make_folder(name);
    world.box().put(name, std::string(name).substr(1) + ".x.host:2,S", name);
  }
  world.scan_exactly();
  const auto first = world.item(".1");
  world.box().rename_folder(".3", ".4");
  world.box().rename_folder(".2", ".3");
  world.box().rename_folder(".1", ".2");
  world.box().make_folder(".1");
  const auto report = world.scan_exactly();
  EXPECT_EQ(world.item(".2"), first);
  EXPECT_EQ(report.items_deleted, 0U);
  EXPECT_NE(world.item(".1"), first) << "the new folder of the old name";
}

TEST(ScanFolders, ReplacedByAnotherOfTheSameNameIsAnother) {
  ScanWorld world;
  world.box().make_folder(".A");
  world.box().put(".A", "1.a.host:2,S", "hi\n");
  world.box().write(".A/dovecot-uidlist", kGuidA);
  world.scan_exactly();
  const auto old = world.item(".A");
  world.box().make_folder("x");  // Made before the other goes: surely another inode.
  world.box().write("x/dovecot-uidlist", kGuidB);
  world.box().remove_folder(".A");
  world.box().rename_folder("x", ".A");
  const auto report = world.scan_exactly();
  EXPECT_NE(world.item(".A"), old);
  EXPECT_EQ(report.items_deleted, 3U);
}

TEST(ScanFolders, RestoredFromACopyIsTheSame) {
  ScanWorld world;
  world.box().make_folder(".A");
  world.box().put(".A", "1.a.host:2,S", "hi\n");
  world.box().write(".A/dovecot-uidlist", kGuidA);
  world.scan_exactly();
  const auto folder = world.item(".A");
  const auto message = world.item(".A/cur/1.a.host:2,S");
  fs::copy(world.alice() + "/.A", world.alice() + "/x", fs::copy_options::recursive);
  world.box().remove_folder(".A");
  world.box().rename_folder("x", ".A");
  world.scan_exactly();
  EXPECT_EQ(world.item(".A"), folder);
  EXPECT_EQ(world.item(".A/cur/1.a.host:2,S"), message);
}

TEST(ScanFolders, ADeletedFolderTakesAllBelowItAlong) {
  ScanWorld world;
  world.box().make_folder(".A");
  world.box().put(".A", "1.a.host:2,S", "hi\n");
  world.scan_exactly();
  const auto before = world.view().last_instant();
  const auto cur = world.item(".A/cur");
  world.box().remove_folder(".A");
  world.scan_exactly();
  EXPECT_FALSE(world.view().item_at(world.account(), cur, kForever));
  EXPECT_TRUE(world.view().list(world.account(), cur, kForever).empty());
  EXPECT_TRUE(world.at(".A/cur/1.a.host:2,S", before));
}

TEST(ScanFolders, MessagesOfADeletedFolderThatLiveOnAreMoved) {
  ScanWorld world;
  world.box().make_folder(".A");
  world.box().make_folder(".Trash");
  world.box().put(".A", "1.a.host:2,S", "hi\n");
  world.scan_exactly();
  const auto message = world.item(".A/cur/1.a.host:2,S");
  world.box().move(".A", "1.a.host:2,S", ".Trash");
  world.box().remove_folder(".A");
  EXPECT_EQ(world.scan_exactly().items_moved, 1U);
  EXPECT_EQ(world.item(".Trash/cur/1.a.host:2,S"), message);
}

TEST(ScanFolders, ATreeOfFoldersMovesWithWhatIsInIt) {
  ScanWorld world;
  world.sources = {"maildir:" + world.mail() + "/%d/%n/Maildir:LAYOUT=fs"};
  world.box().make_folder("A");
  world.box().make_folder("A/B");
  world.box().make_folder("A/B/C");
  world.box().put("A/B/C", "1.a.host:2,S", "hi\n");
  world.box().put("A/B", "2.b.host:2,S", "ho\n");
  world.box().make_folder("D");
  world.scan_exactly();
  EXPECT_EQ(world.view().account_named("alice@example.com", kForever)->layout, "fs");
  const auto b = world.item("A/B");
  const auto c = world.item("A/B/C");
  world.box().rename_folder("A/B", "D/E");
  world.scan_exactly();
  EXPECT_EQ(world.item("D/E"), b);
  EXPECT_EQ(world.item("D/E/C"), c);
  EXPECT_EQ(world.causes(c), (Causes{Cause::kArrived}));
  EXPECT_EQ(world.causes(b), (Causes{Cause::kArrived, Cause::kMoved}));

  // Out of a directory that goes, into one that comes.
  fs::create_directories(world.alice() + "/F/G");
  world.box().rename_folder("D/E/C", "F/G/C");
  world.box().remove_folder("D");
  world.scan_exactly();
  EXPECT_EQ(world.item("F/G/C"), c);

  // A directory takes the place of the one that it was in.
  world.box().rename_folder("F/G/C", "x");
  world.box().remove_folder("F");
  world.box().rename_folder("x", "F");
  world.scan_exactly();
  EXPECT_EQ(world.item("F"), c);
  EXPECT_EQ(world.item("F/cur/1.a.host:2,S"), world.item("F/cur/1.a.host:2,S"));
}

TEST(ScanFolders, TimesModesAndEmptyDirectoriesAreKept) {
  ScanWorld world;
  world.box().make_folder(".Empty");
  fs::create_directories(world.alice() + "/.NoCur");
  world.scan_exactly();
  fs::permissions(world.alice() + "/.Empty", fs::perms::owner_all | fs::perms::group_read);
  const auto report = world.scan_exactly();
  EXPECT_EQ(report.items_arrived + report.items_touched, 0U) << "a directory is no item";
  EXPECT_EQ(world.at(".Empty")->state.mode, 0740U);
  EXPECT_EQ(world.causes(world.item(".Empty")), (Causes{Cause::kArrived, Cause::kTouched}));
}

TEST(ScanFolders, DirectoriesThatLookLikeFilesToSkipAreFolders) {
  ScanWorld world;
  for (const auto* name : {".a.lock", ".b.tmp", ".temp.2024", "..c"}) {
    world.box().make_folder(name);
    world.box().put(name, "1.a.host:2,S", name);
  }
  EXPECT_EQ(world.scan_exactly().items_arrived, 8U);
}

TEST(ScanFolders, ADeepTreeIsNoProblem) {
  ScanWorld world;
  std::string path = world.alice();
  const auto start = fs::current_path();
  fs::current_path(path);
  const std::string name(200, 'd');
  for (int depth = 0; depth < 40; ++depth) {  // 8,000 bytes: more than a path may have.
    fs::create_directory(name);
    fs::current_path(name);
  }
  write("./file", "deep\n");
  fs::current_path(start);
  const auto report = world.scan();
  EXPECT_TRUE(report.complete()) << report.failures.front();
  EXPECT_EQ(report.items_arrived, 1U);
  std::string recorded;
  for (int depth = 0; depth < 40; ++depth) recorded += name + "/";
  EXPECT_TRUE(world.at(recorded + "file"));
  EXPECT_TRUE(world.scan().complete());
}

}  // namespace
}  // namespace yestermail
