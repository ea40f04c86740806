// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <set>

#include "base/instant_text.h"
#include "fs/item_names.h"
#include "tests/fs/tree_fixture.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

using FriendlyTree = TreeTest;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::vector<std::string> directories(const std::map<std::string, bool>& entries) {
  std::vector<std::string> all;
  for (const auto& [path, directory] : entries) {
    if (directory) all.push_back(path);
  }
  return all;
}

TEST_F(FriendlyTree, ShowsFoldersWithDecodedNamesAndTheirMessages) {
  make_account(kAlice, 2);
  record(kAlice,
         {put_directory(kAlice, ".Projects.Caf&AOk-"), put_directory(kAlice, ".Projects.Caf&AOk-/cur"),
          put_directory(kAlice, ".Projects.Caf&AOk-/new"), put_mail(kAlice, ".Projects.Caf&AOk-/cur/x:2,S", "one"),
          put_mail(kAlice, ".Projects.Caf&AOk-/new/y", "two"), put_mail(kAlice, "subscriptions", "V\t2\n")});
  std::map<std::string, bool> entries;
  std::vector<std::string> messages;
  for (const auto& [path, found] : walk("latest/" + kAlice)) {
    entries[path] = found.node.attributes.directory;
    EXPECT_EQ(found.node.attributes.mode, found.node.attributes.directory ? 0500U : 0400U) << path;
    EXPECT_EQ(found.node.attributes.uid, 1000U);
    if (!found.node.attributes.directory) messages.push_back(path);
  }
  EXPECT_THAT(directories(entries), UnorderedElementsAre("INBOX", "Work", "Projects", "Projects/Caf\xc3\xa9"));
  EXPECT_THAT(messages, SizeIs(4));
  for (const auto& path : messages) {
    EXPECT_THAT(path, testing::MatchesRegex("(INBOX|Projects/Caf\xc3\xa9)/20[0-9-]+ [0-9]+ Bob Example - "
                                            "A mail of [0-9]+ bytes~[0-9a-z]+\\.eml"));
  }
}

TEST_F(FriendlyTree, GivesAMessageOneNameAndOneNodeAtAllTimes) {
  make_account(kAlice, 1);
  std::vector<Instant> times{recorder_->view().last_instant()};
  times.push_back(record(kAlice, {move_entry(kAlice, "cur/0:2,S", "cur/0:2,RS")}));
  times.push_back(record(kAlice, {move_entry(kAlice, "cur/0:2,RS", ".Work/cur/0:2,RS")}));
  std::set<std::string> message_names;
  std::set<std::uint64_t> files;
  std::set<std::uint64_t> directories;
  for (const auto at : times) {
    for (const auto& [path, found] : walk("at/" + instant_text(at) + "/" + kAlice)) {
      if (found.node.attributes.directory) {
        EXPECT_TRUE(directories.insert(found.node.id.value).second) << "a directory shared between instants: " << path;
      } else {
        message_names.insert(path.substr(path.find('/') + 1));
        files.insert(found.node.id.value);
        EXPECT_EQ(found.bytes, "mail 0");
      }
    }
  }
  EXPECT_THAT(message_names, SizeIs(1));
  EXPECT_THAT(files, SizeIs(1));
}

TEST_F(FriendlyTree, FindsAMessageByItsWholeNameOnly) {
  make_account(kAlice, 1);
  const auto inbox = find("latest/" + kAlice + "/INBOX");
  const auto all = list(inbox->id);
  ASSERT_THAT(all, SizeIs(3));
  const auto name = all.back().name;
  EXPECT_EQ(tree_->lookup(inbox->id, name).node->id, all.back().node.id);
  EXPECT_FALSE(tree_->lookup(inbox->id, "x" + name).node);
  EXPECT_FALSE(tree_->lookup(inbox->id, name.substr(name.find('~'))).node);
  EXPECT_FALSE(tree_->lookup(find("latest/" + kAlice + "/Work")->id, name).node) << "it is in another folder";
  EXPECT_FALSE(tree_->lookup(find("latest/" + kAlice)->id, name).node);
  EXPECT_FALSE(tree_->lookup(inbox->id, std::string(5000, 'x')).node);
  EXPECT_FALSE(tree_->lookup(inbox->id, "cur").node);
}

TEST_F(FriendlyTree, ShowsHomeAndHidesControlFiles) {
  make_account(kAlice, 1);
  auto script = put_mail(kAlice, "@home/main.sieve", "keep;\n");
  script.entry.kind = EntryKind::kFile;
  script.entry.mode = 0644;
  record(kAlice, {put_directory(kAlice, "@home"), script, put_directory(kAlice, "@control")});
  const auto all = walk("latest/" + kAlice);
  EXPECT_EQ(all.at("@home/main.sieve").bytes, "keep;\n");
  EXPECT_EQ(all.at("@home/main.sieve").node.attributes.mode, 0400U);
  EXPECT_THAT(names(all), Not(Contains("@control")));
  const auto home = find("latest/" + kAlice + "/@home");
  EXPECT_EQ(tree_->lookup(home->id, "..").node->id, find("latest/" + kAlice)->id);
}

TEST_F(FriendlyTree, LeadsTheSameWayByLookupAsByListing) {
  for (const auto& step : bulk_script()) record(step);
  record(kAlice, {put_directory(kAlice, ".A.B.C"), put_directory(kAlice, ".A.B.D"), put_directory(kAlice, ".A&AC8-B"),
                  put_directory(kAlice, ".Caf&AOk-"), put_directory(kAlice, ".Caf\xc3\xa9")});
  const auto check = [&](auto& self, NodeId directory) -> void {
    for (const auto& [name, node, cursor] : list(directory)) {
      const auto found = tree_->lookup(directory, name).node;
      ASSERT_TRUE(found) << name;
      EXPECT_EQ(found->id, node.id) << name;
      if (is_dots(name)) continue;
      EXPECT_EQ(tree_->node(node.id)->attributes.mtime_ns, node.attributes.mtime_ns) << name;
      if (!node.attributes.directory) continue;
      EXPECT_EQ(tree_->lookup(node.id, "..").node->id, directory) << name;
      self(self, node.id);
    }
  };
  check(check, find("latest")->id);
}

TEST_F(FriendlyTree, ResumesAListingAfterAnyEntry) {
  make_account(kAlice, 50);
  record(kAlice, {put_directory(kAlice, ".Work.A"), put_directory(kAlice, ".Work.B"),
                  put_mail(kAlice, ".Work/new/1", "x"), put_mail(kAlice, ".Work/cur/2:2,", "y")});
  for (const auto* path : {"", "/INBOX", "/Work"}) {
    const auto directory = find("latest/" + kAlice + path)->id;
    const auto whole = list(directory);
    EXPECT_EQ(list(directory, 1).size(), whole.size());
    EXPECT_EQ(list(directory, 7).size(), whole.size());
  }
}

TEST_F(FriendlyTree, AListingIsOfOnePieceWhateverHappensMeanwhile) {
  make_account(kAlice, 50);
  const auto inbox = find("latest/" + kAlice + "/INBOX")->id;
  const auto before = list(inbox);
  const auto pinned = tree_->present();
  std::vector<std::string> seen;
  std::uint64_t cursor = 0;
  for (int i = 0; i < 50; i += 2) {
    record(kAlice, {move_entry(kAlice, "cur/" + std::to_string(i) + ":2,S", "cur/" + std::to_string(i) + ":2,RS"),
                    remove_entry(kAlice, "cur/" + std::to_string(i + 1) + ":2,S")});
    int taken = 0;
    tree_->list(inbox, pinned, cursor, [&](const Entry& entry) {
      if (taken++ == 3) return false;
      seen.emplace_back(entry.name);
      cursor = entry.cursor;
      return true;
    });
  }
  std::vector<std::string> want;
  for (const auto& entry : before) want.push_back(entry.name);
  EXPECT_EQ(seen, want);
  EXPECT_EQ(list(inbox).size(), 27U);
}

TEST_F(FriendlyTree, KnowsNestedFolders) {
  Account profile;
  profile.name = "fs@example.com";
  profile.source = "maildir:/srv";
  profile.layout = "fs";
  recorder_->add_account(profile);
  const auto& a = profile.name;
  record(a, {put_directory(a, ""), put_directory(a, "cur"), put_directory(a, "A"), put_directory(a, "A/B"),
             put_directory(a, "A/B/cur"), put_directory(a, "A/B/new"), put_mail(a, "A/B/cur/1:2,", "one"),
             put_directory(a, "@home"), put_directory(a, "INBOX"), put_directory(a, "INBOX/new")});
  const auto all = walk("latest/" + a);
  std::size_t messages = 0;
  for (const auto& [path, found] : all) messages += path.starts_with("A/B/") ? 1 : 0;
  EXPECT_EQ(messages, 1U);
  EXPECT_THAT(names(all), Contains("INBOX"));
  EXPECT_THAT(names(all), Contains(testing::StartsWith("INBOX~")));
  EXPECT_EQ(tree_->lookup(find("latest/" + a + "/A/B")->id, "..").node->id, find("latest/" + a + "/A")->id);
}

}  // namespace
}  // namespace yestermail::test
