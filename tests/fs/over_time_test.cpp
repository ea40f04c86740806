// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "base/instant_text.h"
#include "fs/places.h"
#include "fs/safe_text.h"
#include "tests/fs/over_time_fixture.h"
#include "tests/support/people.h"

namespace yestermail::test {
namespace {

using OverTime = OverTimeTest;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_F(OverTime, HistoryTellsTheLifeOfAMessage) {
  make_account(kAlice, 0);
  record(kAlice, {put_mail(kAlice, "new/m", "one")});
  record(kAlice, {move_entry(kAlice, "new/m", "cur/m:2,")});
  record(kAlice, {move_entry(kAlice, "cur/m:2,", "cur/m:2,S")});
  record(kAlice, {move_entry(kAlice, "cur/m:2,S", "cur/m:2,FRSa")});
  record(kAlice, {move_entry(kAlice, "cur/m:2,FRSa", "cur/m:2,R")});
  record(kAlice, {move_entry(kAlice, "cur/m:2,R", ".Work/cur/m:2,RT")});
  auto rewritten = put_mail(kAlice, ".Work/cur/m:2,RT", "two");
  record(kAlice, {rewritten});
  record(kAlice, {remove_entry(kAlice, ".Work/cur/m:2,RT")});
  EXPECT_THAT(
      life("history/" + kAlice + "/Work"),
      ElementsAre("arrived", "no longer new", "read", "flagged, answered, labelled", "unread, unflagged, label removed",
                  "moved from INBOX to Work, marked as deleted", "rewritten", "deleted"));
  EXPECT_THAT(names_in("history/" + kAlice + "/INBOX"), IsEmpty());
  std::vector<std::string> bytes;
  for (const auto& [path, found] : walk("history/" + kAlice + "/Work")) {
    if (!found.node.attributes.directory) bytes.push_back(found.bytes);
  }
  EXPECT_THAT(bytes, ElementsAre("one", "one", "one", "one", "one", "one", "two", "two"));
}

TEST_F(OverTime, HistoryHasWhatIsThereAndWhatWasDeletedAndFoldersToo) {
  make_account(kAlice, 3);
  record(kAlice, {remove_entry(kAlice, "cur/1:2,S"), put_mail(kAlice, ".Work/cur/w:2,", "work")});
  record(kAlice, {remove_entry(kAlice, ".Work")});
  EXPECT_THAT(names_in("history/" + kAlice), UnorderedElementsAre("INBOX", "Work"));
  EXPECT_THAT(names_in("history/" + kAlice + "/INBOX"), SizeIs(3));
  EXPECT_THAT(life("history/" + kAlice + "/Work"), ElementsAre("arrived", "deleted"));
  const auto item = find("history/" + kAlice + "/Work/" + names_in("history/" + kAlice + "/Work").front());
  ASSERT_TRUE(item);
  EXPECT_TRUE(item->attributes.directory);
  EXPECT_EQ(tree_->lookup(item->id, "..").node->id, find("history/" + kAlice + "/Work")->id);
  EXPECT_EQ(tree_->node(item->id)->id, item->id);
  EXPECT_FALSE(tree_->lookup(item->id, "x").node);
}

TEST_F(OverTime, ChangesTellWhatCameWentAndIsDifferent) {
  make_account(kAlice, 4);
  const auto from = recorder_->view().last_instant();
  record(kAlice, {remove_entry(kAlice, "cur/0:2,S"), move_entry(kAlice, "cur/1:2,S", "cur/1:2,FS"),
                  move_entry(kAlice, "cur/2:2,S", ".Work/cur/2:2,S"), put_mail(kAlice, "new/n", "fresh"),
                  put_mail(kAlice, "new/gone", "in between")});
  const auto to = record(kAlice, {remove_entry(kAlice, "new/gone")});
  record(kAlice, {remove_entry(kAlice, "new/n")});
  const auto path = changes(from, to, kAlice);
  EXPECT_THAT(names_in(path), ElementsAre("added", "removed", "changed"));
  EXPECT_EQ(bytes_below(path + "/added"), (Bytes{{"INBOX", "fresh"}}));
  EXPECT_EQ(bytes_below(path + "/removed"), (Bytes{{"INBOX", "mail 0"}}));
  EXPECT_EQ(bytes_below(path + "/changed"), (Bytes{{"INBOX", "mail 1"}, {"Work", "mail 2"}}));
  EXPECT_THAT(names_in("changes"), IsEmpty());
  EXPECT_EQ(tree_->lookup(find(path + "/removed/INBOX")->id, "..").node->id, find(path + "/removed")->id);
  EXPECT_EQ(tree_->lookup(find(path + "/removed")->id, "..").node->id, find(path)->id);
  EXPECT_EQ(find(path)->entry, Lifetime::kFixed);
  EXPECT_TRUE(tree_->is_list_fixed(find(path + "/removed/INBOX")->id));
}

TEST_F(OverTime, AMessageWithOtherBytesIsChanged) {
  make_account(kAlice, 0);
  record(kAlice, {put_mail(kAlice, "cur/m:2,", "one"), put_mail(kAlice, "cur/empty:2,", "")});
  const auto from = recorder_->view().last_instant();
  const auto to =
      record(kAlice, {put_mail(kAlice, "cur/m:2,", "two"), move_entry(kAlice, "cur/empty:2,", "cur/empty:2,S")});
  const auto path = changes(from, to, kAlice);
  EXPECT_EQ(bytes_below(path + "/changed"), (Bytes{{"INBOX", "two"}, {"INBOX", ""}}));
  EXPECT_EQ(bytes_below(path + "/added"), Bytes{});
  EXPECT_EQ(bytes_below(path + "/removed"), Bytes{});
}

TEST_F(OverTime, ChangesOfAnAccountThatEndedAreAllOfIt) {
  make_account(kAlice, 2);
  const auto from = recorder_->view().last_instant();
  const auto end = record({StoreStep::Kind::kEndAccount, kAlice});
  EXPECT_EQ(bytes_below(changes(from, end, kAlice) + "/removed"), (Bytes{{"INBOX", "mail 0"}, {"INBOX", "mail 1"}}));
  EXPECT_THAT(names_in(changes(from, end, kAlice) + "/added"), IsEmpty());
  make_account(kAlice, 0);
  const auto to = record(kAlice, {put_mail(kAlice, "cur/r:2,", "mail 1"), put_mail(kAlice, "cur/n:2,", "new")});
  EXPECT_EQ(bytes_below(changes(from, to, kAlice) + "/removed"), (Bytes{{"INBOX", "mail 0"}}));
  EXPECT_EQ(bytes_below(changes(from, to, kAlice) + "/added"), (Bytes{{"INBOX", "new"}}));
  EXPECT_EQ(bytes_below(changes(from, to, kAlice) + "/changed"), (Bytes{{"INBOX", "mail 1"}}));
  EXPECT_EQ(tree_->lookup(find(changes(from, to, kAlice) + "/removed")->id, "..").node->id,
            find(changes(from, to, kAlice))->id);
}

TEST_F(OverTime, RangesAreTwoInstantsInOrderWithinHistory) {
  make_account(kAlice, 1);
  const auto at = recorder_->view().last_instant();
  clock_.advance_seconds(7200);
  const auto same = changes(at, at, kAlice);
  for (const auto* side : {"/added", "/removed", "/changed"}) EXPECT_THAT(names_in(same + side), IsEmpty()) << side;
  const auto now = instant_text(clock_.now());
  EXPECT_TRUE(find("changes/" + instant_text(at) + "..now/" + kAlice));
  EXPECT_TRUE(find("changes/1h-ago.." + now));
  EXPECT_EQ(find("changes/1h-ago.." + now)->entry, Lifetime::kLive);
  for (const auto& name : {now + ".." + instant_text(at), std::string("now..1h-ago"), "1999.." + now,
                           instant_text(at) + "..2999", instant_text(at), std::string("..."), std::string("x..y"),
                           std::string("now"), std::string(), instant_text(at) + ".." + now + "..now"}) {
    EXPECT_FALSE(tree_->lookup(place_id(Place::kChanges), name).node) << name;
  }
  EXPECT_EQ(tree_->lookup(place_id(Place::kChanges), now + "..2999").absence, Lifetime::kNone);
  EXPECT_FALSE(find("changes/" + instant_text(at) + "..now/" + kBob));
}

TEST_F(OverTime, ListingsResumeBehindAnyEntry) {
  make_account(kAlice, 30);
  const auto from = recorder_->view().last_instant();
  std::vector<Edit> edits;
  for (int i = 0; i < 30; ++i) edits.push_back(remove_entry(kAlice, "cur/" + std::to_string(i) + ":2,S"));
  edits.push_back(remove_entry(kAlice, ".Work"));
  const auto at = record(kAlice, edits);
  const auto range = changes(from, at, kAlice);
  const auto life = "history/" + kAlice + "/INBOX";
  for (const auto& path : {std::string("deleted"), "deleted/" + kAlice, deleted(kAlice, at),
                           deleted(kAlice, at) + "/INBOX", std::string("history"), "history/" + kAlice, life,
                           life + "/" + names_in(life).front(), range, range + "/removed/INBOX"}) {
    const auto node = find(path);
    ASSERT_TRUE(node) << path;
    const auto whole = list(node->id);
    const auto pieces = list(node->id, 1);
    ASSERT_EQ(pieces.size(), whole.size()) << path;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(pieces[i].name, whole[i].name);
      EXPECT_EQ(pieces[i].node.id, whole[i].node.id);
      if (is_dots(whole[i].name)) continue;
      const auto found = tree_->lookup(node->id, whole[i].name).node;
      ASSERT_TRUE(found) << path << " " << whole[i].name;
      EXPECT_EQ(found->id, whole[i].node.id) << path << " " << whole[i].name;
      const auto again = tree_->node(whole[i].node.id);
      ASSERT_TRUE(again) << path << " " << whole[i].name;
      EXPECT_EQ(again->attributes.mtime_ns, whole[i].node.attributes.mtime_ns) << path << " " << whole[i].name;
    }
  }
  EXPECT_THAT(names_in(deleted(kAlice, at) + "/INBOX"), SizeIs(30));
  EXPECT_THAT(names_in(deleted(kAlice, at)), UnorderedElementsAre("INBOX", "Work"));
}

TEST_F(OverTime, NoTwoDirectoriesShareANode) {
  make_account(kAlice, 2);
  const auto from = recorder_->view().last_instant();
  const auto at = record(kAlice, {remove_entry(kAlice, "cur/1:2,S"), move_entry(kAlice, "cur/0:2,S", "cur/0:2,FS")});
  std::map<std::uint64_t, std::string> seen;
  for (const auto& top : {std::string("deleted"), std::string("history"), std::string("latest"),
                          changes(from, at, kAlice), "changes/1h-ago..now/" + kAlice}) {
    for (const auto& [path, found] : walk(top)) {
      if (!found.node.attributes.directory) continue;
      const auto [other, is_new] = seen.emplace(found.node.id.value, top + "/" + path);
      EXPECT_TRUE(is_new) << other->second << " and " << top << "/" << path;
    }
  }
}

TEST_F(OverTime, HostileNamesAreHarmlessEverywhere) {
  make_account(kAlice, 0);
  std::vector<Edit> edits;
  for (const auto* folder : {".a\nb", ".\x1b[2J", ".\xff\xfe", ".-rf", "..", ".x.~k3f9.eml",
                             ".\xe2\x80\xae"
                             "lme"}) {
    for (const auto* below : {"", "/cur"}) edits.push_back(put_directory(kAlice, std::string(folder) + below));
    auto mail = put_mail(kAlice, std::string(folder) + "/cur/m\n:2,S", std::string("in ") + folder);
    mail.entry.subject = "../../etc/passwd\n\x1b]0;x\x07";
    mail.entry.sender = "\xe2\x80\xae/";
    edits.push_back(mail);
  }
  record(kAlice, edits);
  const auto from = recorder_->view().last_instant();
  record(kAlice, {move_entry(kAlice, ".a\nb/cur/m\n:2,S", ".-rf/cur/moved:2,S")});
  std::vector<Edit> removals;
  for (const auto* folder : {".a\nb", ".\x1b[2J", ".\xff\xfe", ".-rf", ".x.~k3f9.eml",
                             ".\xe2\x80\xae"
                             "lme"}) {
    removals.push_back(remove_entry(kAlice, folder));
  }
  const auto at = record(kAlice, removals);
  for (const auto& top : {deleted(kAlice, at), "history/" + kAlice, changes(from, at, kAlice) + "/removed"}) {
    std::set<std::string> bytes;
    for (const auto& [path, found] : walk(top)) {
      for (std::size_t start = 0; start <= path.size();) {
        const auto end = std::min(path.find('/', start), path.size());
        const auto name = path.substr(start, end - start);
        EXPECT_TRUE(is_entry_name(name)) << printable(path);
        EXPECT_EQ(safe_text(name, Charset::kPosix), name) << printable(path);
        start = end + 1;
      }
      if (!found.node.attributes.directory) bytes.insert(found.bytes);
    }
    EXPECT_THAT(bytes, testing::IsSupersetOf({"in .a\nb", "in .\x1b[2J", "in .\xff\xfe", "in .-rf"})) << top;
  }
}

TEST_F(OverTime, AChangeIsSeenAtOnce) {
  make_account(kAlice, 2);
  const auto first = record(kAlice, {remove_entry(kAlice, "cur/0:2,S")});
  const auto inbox = find(deleted(kAlice, first) + "/INBOX");
  ASSERT_TRUE(inbox);
  EXPECT_EQ(inbox->entry, Lifetime::kLive);
  EXPECT_FALSE(tree_->is_list_fixed(inbox->id));
  const auto second = record(kAlice, {remove_entry(kAlice, "cur/1:2,S")});
  EXPECT_EQ(names_in("deleted/" + kAlice + "/" + day(second) + "/INBOX").size(), day(first) == day(second) ? 2U : 1U);
  EXPECT_EQ(names_in("history/" + kAlice + "/INBOX").size(), 2U);
  for (const auto& item : names_in("history/" + kAlice + "/INBOX")) {
    EXPECT_THAT(names_in("history/" + kAlice + "/INBOX/" + item), SizeIs(2));
  }
  record(kAlice, {put_directory(kAlice, ".Fresh"), put_directory(kAlice, ".Fresh/cur")});
  EXPECT_THAT(names_in("history/" + kAlice), UnorderedElementsAre("INBOX", "Work", "Fresh"));
}

TEST_F(OverTime, OnlyTheOwnerReadsIt) {
  make_account(kAlice, 1);
  const auto from = recorder_->view().last_instant();
  const auto at = record(kAlice, {remove_entry(kAlice, "cur/0:2,S")});
  for (const auto& path :
       {"deleted/" + kAlice, deleted(kAlice, at), "history/" + kAlice, "history/" + kAlice + "/INBOX",
        changes(from, at, kAlice), changes(from, at, kAlice) + "/removed"}) {
    const auto node = find(path);
    ASSERT_TRUE(node) << path;
    EXPECT_EQ(node->attributes.mode, 0500U) << path;
    EXPECT_EQ(node->attributes.uid, 1000U) << path;
  }
}

}  // namespace
}  // namespace yestermail::test
