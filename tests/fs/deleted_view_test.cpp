// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "base/instant_text.h"
#include "fs/places.h"
#include "tests/fs/over_time_fixture.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

using DeletedView = OverTimeTest;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_F(DeletedView, ADeletedMessageStandsUnderItsDayInItsFolder) {
  make_account(kAlice, 3);
  next_day();
  const auto at = record(kAlice, {remove_entry(kAlice, "cur/1:2,S")});
  EXPECT_THAT(names_in("deleted"), ElementsAre(kAlice));
  EXPECT_THAT(names_in("deleted/" + kAlice), ElementsAre(day(at)));
  EXPECT_EQ(bytes_below(deleted(kAlice, at)), (Bytes{{"INBOX", "mail 1"}}));
  const auto names = names_in(deleted(kAlice, at) + "/INBOX");
  ASSERT_THAT(names, SizeIs(1));
  EXPECT_THAT(names.front(), MatchesRegex("20[0-9-]+ [0-9]+ Bob Example - A mail of 6 bytes~[0-9a-z]+\\.eml"));
  const auto file = find(deleted(kAlice, at) + "/INBOX/" + names.front());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->attributes.mode, 0400U);
  EXPECT_EQ(file->attributes.uid, 1000U);
  EXPECT_FALSE(find("deleted/" + kAlice + "/" + day(Instant{at.value - 86'400'000'000})));
  EXPECT_FALSE(find("deleted/" + kAlice + "/" + day(at) + "~2"));
  EXPECT_FALSE(find("deleted/" + kAlice + "/" + day(at) + "x"));
}

TEST_F(DeletedView, AMessageHasTheNameAndTheInodeThatItHasAtAnyInstant) {
  make_account(kAlice, 1);
  const auto before = recorder_->view().last_instant();
  const auto at = record(kAlice, {remove_entry(kAlice, "cur/0:2,S")});
  const auto inbox = "at/" + instant_text(before) + "/" + kAlice + "/INBOX";
  const auto name = names_in(inbox).front();
  EXPECT_THAT(names_in(deleted(kAlice, at) + "/INBOX"), ElementsAre(name));
  EXPECT_EQ(find(deleted(kAlice, at) + "/INBOX/" + name)->id, find(inbox + "/" + name)->id);
  EXPECT_EQ(find(changes(before, at, kAlice) + "/removed/INBOX/" + name)->id, find(inbox + "/" + name)->id);
}

TEST_F(DeletedView, MovesAndRenamesAndFlagsAreNoDeletions) {
  make_account(kAlice, 3);
  record(kAlice, {move_entry(kAlice, "cur/0:2,S", ".Work/cur/0:2,S")});
  record(kAlice, {move_entry(kAlice, "cur/1:2,S", "cur/1:2,FS")});
  record(kAlice, {move_entry(kAlice, ".Work", ".Play")});
  EXPECT_THAT(names_in("deleted/" + kAlice), IsEmpty());
}

TEST_F(DeletedView, WhatIsElsewhereInTheAccountByItsContentIsNotDeleted) {
  make_account(kAlice, 0);
  make_account(kBob, 0);
  record(kAlice, {put_mail(kAlice, "cur/a:2,", "same"), put_mail(kAlice, "cur/b:2,", "other")});
  record(kAlice, {put_mail(kAlice, ".Work/cur/copy:2,", "same")});
  record(kBob, {put_mail(kBob, "cur/b:2,", "other")});
  const auto at = record(kAlice, {remove_entry(kAlice, "cur/a:2,"), remove_entry(kAlice, "cur/b:2,")});
  EXPECT_EQ(bytes_below(deleted(kAlice, at)), (Bytes{{"INBOX", "other"}})) << "another account's copy does not count";
  next_day();
  const auto later = record(kAlice, {remove_entry(kAlice, ".Work/cur/copy:2,")});
  EXPECT_EQ(bytes_below(deleted(kAlice, at)), (Bytes{{"INBOX", "other"}, {"INBOX", "same"}}));
  EXPECT_EQ(bytes_below(deleted(kAlice, later)), (Bytes{{"Work", "same"}}));
}

TEST_F(DeletedView, WhatWasRestoredIsNotDeletedAnyMore) {
  make_account(kAlice, 2);
  const auto at = record(kAlice, {remove_entry(kAlice, "cur/1:2,S")});
  ASSERT_TRUE(find(deleted(kAlice, at)));
  record(kAlice, {put_mail(kAlice, ".Work/new/back", "mail 1")});
  EXPECT_FALSE(find(deleted(kAlice, at)));
  EXPECT_THAT(names_in("deleted/" + kAlice), IsEmpty());
}

TEST_F(DeletedView, EmptyMessagesAreTheSameOnlyAsItems) {
  make_account(kAlice, 0);
  record(kAlice, {put_mail(kAlice, "cur/a:2,", ""), put_mail(kAlice, "cur/b:2,", "")});
  const auto at = record(kAlice, {remove_entry(kAlice, "cur/a:2,")});
  EXPECT_EQ(bytes_below(deleted(kAlice, at)), (Bytes{{"INBOX", ""}}));
}

TEST_F(DeletedView, DeletedFoldersStandUnderTheirNames) {
  make_account(kAlice, 0);
  std::vector<Edit> edits;
  for (const auto* folder : {".Projects.Caf&AOk-", ".Projects.Caf&AOk-.Deep", ".Empty", ".Again"}) {
    for (const auto* below : {"", "/cur", "/new"}) edits.push_back(put_directory(kAlice, std::string(folder) + below));
  }
  edits.push_back(put_mail(kAlice, ".Projects.Caf&AOk-/cur/a:2,", "one"));
  edits.push_back(put_mail(kAlice, ".Projects.Caf&AOk-.Deep/new/b", "two"));
  record(kAlice, edits);
  const auto at = record(kAlice, {remove_entry(kAlice, ".Projects.Caf&AOk-"), remove_entry(kAlice, ".Again"),
                                  remove_entry(kAlice, ".Projects.Caf&AOk-.Deep"), remove_entry(kAlice, ".Empty")});
  record(kAlice, {put_directory(kAlice, ".Again"), put_directory(kAlice, ".Again/cur")});
  EXPECT_EQ(bytes_below(deleted(kAlice, at)),
            (Bytes{{"Projects/Caf\xc3\xa9", "one"}, {"Projects/Caf\xc3\xa9/Deep", "two"}}));
  EXPECT_THAT(names_in(deleted(kAlice, at)), UnorderedElementsAre("Projects", "Empty"));
  EXPECT_THAT(names_in(deleted(kAlice, at) + "/Empty"), IsEmpty());
  const auto deep = find(deleted(kAlice, at) + "/Projects/Caf\xc3\xa9/Deep");
  ASSERT_TRUE(deep);
  EXPECT_EQ(tree_->lookup(deep->id, "..").node->id, find(deleted(kAlice, at) + "/Projects/Caf\xc3\xa9")->id);
  EXPECT_EQ(tree_->lookup(find(deleted(kAlice, at) + "/Projects")->id, "..").node->id, find(deleted(kAlice, at))->id);
  EXPECT_EQ(tree_->lookup(find(deleted(kAlice, at))->id, "..").node->id, find("deleted/" + kAlice)->id);
  EXPECT_EQ(tree_->lookup(find("deleted/" + kAlice)->id, "..").node->id, place_id(Place::kDeleted));
}

TEST_F(DeletedView, FoldersInFoldersOfTheOtherLayoutAreFoundToo) {
  Account profile;
  profile.name = kAlice;
  profile.source = "maildir:/srv/mail/alice";
  profile.layout = "fs";
  recorder_->add_account(profile);
  std::vector<Edit> edits{put_directory(kAlice, ""), put_directory(kAlice, "cur")};
  std::string path;
  for (int depth = 1; depth <= 20; ++depth) {
    path += (depth == 1 ? "" : "/") + ("level" + std::to_string(depth));
    edits.push_back(put_directory(kAlice, path));
  }
  edits.push_back(put_directory(kAlice, path + "/cur"));
  edits.push_back(put_mail(kAlice, path + "/cur/deep:2,", "deep"));
  edits.push_back(put_mail(kAlice, "cur/top:2,", "top"));
  record(kAlice, edits);
  const auto from = recorder_->view().last_instant();
  const auto mail = record(kAlice, {remove_entry(kAlice, path + "/cur/deep:2,"), remove_entry(kAlice, "cur/top:2,")});
  EXPECT_EQ(bytes_below(deleted(kAlice, mail)), (Bytes{{"INBOX", "top"}, {path, "deep"}}));
  EXPECT_EQ(bytes_below(changes(from, mail, kAlice) + "/removed"), (Bytes{{"INBOX", "top"}, {path, "deep"}}));
  next_day();
  const auto folders = record(kAlice, {remove_entry(kAlice, "level1")});
  EXPECT_TRUE(find(deleted(kAlice, folders) + "/" + path));
  EXPECT_THAT(names_in("history/" + kAlice + "/" + path), SizeIs(1));
}

TEST_F(DeletedView, FoldersOfOneNameOnOneDayAreOne) {
  make_account(kAlice, 0);
  const auto fill = [&](const char* bytes) {
    record(kAlice, {put_directory(kAlice, ".Twice"), put_directory(kAlice, ".Twice/cur")});
    record(kAlice, {put_mail(kAlice, ".Twice/cur/a:2,", bytes)});
    return record(kAlice, {remove_entry(kAlice, ".Twice")});
  };
  clock_.advance_seconds(86400 - clock_.now().value / kMicrosPerSecond % 86400);  // Midnight.
  fill("first");
  const auto at = fill("second");
  EXPECT_EQ(bytes_below(deleted(kAlice, at)), (Bytes{{"Twice", "first"}, {"Twice", "second"}}));
}

TEST_F(DeletedView, AFolderThatWasRenamedWhileItWasEmptiedIsOne) {
  clock_.advance_seconds(86400 - clock_.now().value / kMicrosPerSecond % 86400);
  make_account(kAlice, 0);
  record(kAlice, {put_mail(kAlice, ".Work/cur/a:2,", "first"), put_mail(kAlice, ".Work/cur/b:2,", "second")});
  record(kAlice, {remove_entry(kAlice, ".Work/cur/a:2,")});
  record(kAlice, {move_entry(kAlice, ".Work", ".Play")});
  const auto at = record(kAlice, {remove_entry(kAlice, ".Play")});
  EXPECT_EQ(bytes_below(deleted(kAlice, at)), (Bytes{{"Work", "first"}, {"Work", "second"}}));
  EXPECT_THAT(names_in(deleted(kAlice, at)), ElementsAre("Work"));
}

TEST_F(DeletedView, ADeletedAccountStandsOnTheDayWithAllThatItHad) {
  make_account(kAlice, 2);
  record(kAlice, {put_mail(kAlice, ".Work/cur/x:2,", "work")});
  const auto early = record(kAlice, {remove_entry(kAlice, "cur/0:2,S")});
  next_day();
  const auto end = record({StoreStep::Kind::kEndAccount, kAlice});
  EXPECT_THAT(names_in("deleted/" + kAlice), ElementsAre(day(early), day(end)));
  EXPECT_EQ(bytes_below(deleted(kAlice, early)), (Bytes{{"INBOX", "mail 0"}}));
  EXPECT_EQ(bytes_below(deleted(kAlice, end)), (Bytes{{"INBOX", "mail 1"}, {"Work", "work"}}));
}

TEST_F(DeletedView, AnAccountMadeAnewGoesOnUnderTheName) {
  clock_.advance_seconds(86400 - clock_.now().value / kMicrosPerSecond % 86400);
  make_account(kAlice, 2);
  const auto end = record({StoreStep::Kind::kEndAccount, kAlice});
  make_account(kAlice, 0);
  record(kAlice, {put_mail(kAlice, "cur/restored:2,", "mail 1"), put_mail(kAlice, "cur/fresh:2,", "fresh")});
  const auto same_day = record(kAlice, {remove_entry(kAlice, "cur/fresh:2,")});
  ASSERT_EQ(day(end), day(same_day));
  EXPECT_THAT(names_in("deleted/" + kAlice), ElementsAre(day(end), day(end) + "~2"));
  EXPECT_EQ(bytes_below(deleted(kAlice, end)), (Bytes{{"INBOX", "mail 0"}})) << "what was restored is not gone";
  EXPECT_EQ(bytes_below(deleted(kAlice, end) + "~2"), (Bytes{{"INBOX", "fresh"}}));
  const auto lives = names_in("history");
  ASSERT_THAT(lives, SizeIs(2));
  EXPECT_THAT(lives.front(), MatchesRegex(kAlice + "~[0-9a-z]+")) << "the earlier life";
  EXPECT_EQ(lives.back(), kAlice);
  EXPECT_EQ(names_in("history/" + lives.front() + "/INBOX").size(), 2U);
  EXPECT_EQ(names_in("history/" + kAlice + "/INBOX").size(), 2U);
}

}  // namespace
}  // namespace yestermail::test
