// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/purge_plan.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "policy/account_lives.h"
#include "policy/purge_doubts.h"
#include "policy/snapshots.h"
#include "policy/version_walk.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::int64_t kDaySeconds = 86400;
constexpr std::uint64_t kInbox = 2;  // The account's cur/.

/// A folder whose messages are written by name and by day; the test says what goes at the end.
class PurgePlan : public StoreFixture {
 protected:
  PurgePlan() : recorder_(open()), alice_(add_account(*recorder_, "alice@example.com")) {
    write(directory(kInbox, "cur", kRootItem.value));
  }

  void days(std::int64_t count) { clock_.advance_seconds(count * kDaySeconds); }

  struct Entry {
    ItemId item;
    EntryState state;
    Cause cause = Cause::kArrived;
    VersionId body{};
    std::string bytes;
  };
  static Entry directory(std::uint64_t item, const std::string& name, std::uint64_t parent) {
    Entry entry{ItemId{item}, {}, Cause::kArrived, {}, {}};
    entry.state.kind = EntryKind::kDirectory;
    entry.state.parent = ItemId{parent};
    entry.state.name = name;
    entry.state.mode = 0700;
    return entry;
  }
  static Entry mail(std::uint64_t item, const std::string& name, const std::string& bytes,
                    std::uint64_t parent = kInbox) {
    return {ItemId{item}, file(name, bytes, ItemId{parent}), Cause::kArrived, {}, bytes};
  }
  static Entry plain_file(std::uint64_t item, const std::string& name, const std::string& bytes, std::uint64_t parent) {
    auto entry = mail(item, name, bytes, parent);
    entry.state.kind = EntryKind::kFile;
    return entry;
  }
  Instant write(const Entry& entry) {
    clock_.advance_seconds(1);
    const std::vector<Change> changes{Put{entry.item, entry.cause, entry.state, entry.body}};
    std::vector<Bytes> blobs;
    if (entry.state.digest) blobs.push_back(to_bytes(entry.bytes));
    return recorder_->record(alice_, changes, blobs);
  }
  /// Another name, the same bytes.
  Instant rename(std::uint64_t item, const std::string& name, std::uint64_t parent = 0) {
    const auto now = view().item_at(alice_, ItemId{item}, kForever).value();
    Entry entry{now.item, now.state, Cause::kRenamed, now.body, {}};
    entry.state.name = name;
    if (parent != 0) entry.state.parent = ItemId{parent};
    clock_.advance_seconds(1);
    const std::vector<Change> changes{Put{entry.item, entry.cause, entry.state, entry.body}};
    return recorder_->record(alice_, changes, {});
  }
  Instant remove(std::uint64_t item) {
    clock_.advance_seconds(1);
    const std::vector<Change> changes{Remove{ItemId{item}}};
    return recorder_->record(alice_, changes, {});
  }
  void keep(const std::string& scope, const std::string& versions, const std::string& deleted = "forever",
            const std::string& accounts = "forever") {
    put_setting(*recorder_,
                setting_of(RetentionRule{scope, {parse_age(versions), parse_age(deleted), parse_age(accounts)}}),
                Existing::kReplace, clock_.now());
  }
  void snapshot(const std::string& name, Instant at) {
    put_setting(*recorder_, setting_of(Snapshot{name, at, "", {}, {}}), Existing::kReplace, clock_.now());
  }
  void hold(const std::string& name, const std::string& pattern) {
    put_setting(*recorder_, setting_of(Hold{name, {pattern}, "", {}}), Existing::kReplace, clock_.now());
  }

  AccountPlan plan(AccountNumber number) {
    return plan_purge(view(), read_purge_rules(view()), view().account(number).value(), clock_.now());
  }
  AccountPlan plan() { return plan(alice_); }
  /// The names of what goes, in their order.
  std::vector<std::string> gone() {
    const auto all = plan();
    EXPECT_TRUE(std::ranges::is_sorted(all.versions));
    std::vector<std::string> names;
    for (const auto& version : view().versions(alice_, all.versions)) {
      EXPECT_NE(version.until, kForever) << version.state.name;
      names.push_back(version.state.name);
    }
    return names;
  }
  View& view() { return recorder_->view(); }

  std::unique_ptr<Recorder> recorder_;
  AccountNumber alice_;
};

TEST_F(PurgePlan, WithoutRetentionNothingEverGoes) {
  write(mail(10, "a", "one"));
  write(mail(10, "b", "two"));
  remove(10);
  days(100'000);
  EXPECT_TRUE(plan().empty());
  keep("global", "forever");
  EXPECT_THAT(gone(), IsEmpty());
}

TEST_F(PurgePlan, SupersededVersionsGoWhenTheyEndedLongEnoughAgo) {
  write(mail(10, "a1", "one"));
  days(10);
  write(mail(10, "a2", "two"));
  days(10);
  write(mail(10, "a3", "three"));
  keep("global", "30d");
  days(19);
  EXPECT_THAT(gone(), IsEmpty()) << "what began long ago has not ended long ago";
  days(1);
  EXPECT_THAT(gone(), ElementsAre("a1"));
  EXPECT_EQ(plan().bytes, 3U);
  EXPECT_EQ(plan().items, 0U);
  days(10);
  EXPECT_THAT(gone(), ElementsAre("a1", "a2"));
  days(10'000);
  EXPECT_THAT(gone(), ElementsAre("a1", "a2")) << "what lasts stays";
}

TEST_F(PurgePlan, TheAgeIsReachedToTheMicrosecond) {
  write(mail(10, "a1", "one"));
  const auto end = write(mail(10, "a2", "two"));
  keep("global", "30d");
  clock_.set(Instant{end.value + 30 * kDaySeconds * kMicrosPerSecond - 1});
  EXPECT_THAT(gone(), IsEmpty());
  clock_.advance_micros(1);
  EXPECT_THAT(gone(), ElementsAre("a1"));
}

TEST_F(PurgePlan, DeletedItemsGoWithAllTheirVersions) {
  write(mail(10, "a1", "one"));
  days(20);
  write(mail(10, "a2", "two"));
  days(20);
  remove(10);
  write(mail(11, "b", "b"));
  keep("global", "forever", "30d");
  days(29);
  EXPECT_THAT(gone(), IsEmpty());
  days(1);
  EXPECT_THAT(gone(), ElementsAre("a1", "a2"));
  const auto all = plan();
  EXPECT_EQ(all.items, 1U);
  EXPECT_EQ(all.version_count, 2U);
  EXPECT_EQ(all.bytes, 6U);
  EXPECT_EQ(all.items_known, 4U);  // The root, cur/, and two mails.
}

TEST_F(PurgePlan, TheLastVersionOfADeletedItemIsNotASupersededOne) {
  write(mail(10, "a1", "one"));
  write(mail(10, "a2", "two"));
  remove(10);
  keep("global", "1d", "30d");
  days(10);
  EXPECT_THAT(gone(), ElementsAre("a1"));
  days(20);
  EXPECT_THAT(gone(), ElementsAre("a1", "a2"));
}

TEST_F(PurgePlan, AnItemThatCameBackIsNotDeleted) {
  write(mail(10, "a1", "one"));
  remove(10);
  days(5);
  write(mail(10, "a2", "two"));
  keep("global", "forever", "1d");
  days(100);
  EXPECT_THAT(gone(), IsEmpty());
  keep("global", "1d", "1d");
  EXPECT_THAT(gone(), ElementsAre("a1")) << "its earlier life is superseded";
}

TEST_F(PurgePlan, WhatASnapshotShowsStays) {
  const auto first = write(mail(10, "a1", "one"));
  days(1);
  const auto second = write(mail(10, "a2", "two"));
  days(1);
  write(mail(10, "a3", "three"));
  remove(10);
  keep("global", "1d", "1d");
  days(100);
  EXPECT_THAT(gone(), ElementsAre("a1", "a2", "a3"));
  snapshot("second", second);
  EXPECT_THAT(gone(), ElementsAre("a1", "a3"));
  EXPECT_EQ(plan().items, 0U) << "something of it stays";
  snapshot("first", first);
  EXPECT_THAT(gone(), ElementsAre("a3"));
  snapshot("second", Instant{first.value + 1});
  EXPECT_THAT(gone(), ElementsAre("a2", "a3"));
  snapshot("first", Instant{second.value - 1});
  EXPECT_THAT(gone(), ElementsAre("a2", "a3")) << "an end is not part of a version";
}

TEST_F(PurgePlan, ABodyStaysWithTheVersionsThatShareIt) {
  write(mail(10, "new", "one"));
  rename(10, "seen");
  rename(10, "flagged");
  keep("global", "1d");
  days(10);
  EXPECT_THAT(gone(), ElementsAre("seen"));
  EXPECT_EQ(plan().bytes, 0U);
  write(mail(10, "other", "two"));
  days(10);
  EXPECT_THAT(gone(), ElementsAre("new", "seen", "flagged"));
  EXPECT_EQ(plan().bytes, 3U);
}

TEST_F(PurgePlan, ABodyStaysForASnapshotToo) {
  write(mail(10, "new", "one"));
  const auto seen = rename(10, "seen");
  remove(10);
  snapshot("s", seen);
  keep("global", "1d", "1d");
  days(10);
  EXPECT_THAT(gone(), IsEmpty());
}

TEST_F(PurgePlan, AHoldBeatsEverything) {
  write(mail(10, "a1", "one"));
  remove(10);
  keep("alice@example.com", "1d", "1d", "1d");
  recorder_->end_account(alice_);
  days(10);
  EXPECT_TRUE(plan().whole);
  hold("case", "@example.com");
  EXPECT_TRUE(plan().empty());
  EXPECT_FALSE(plan().whole);
  EXPECT_EQ(plan().held_by, "case");
  remove_setting(*recorder_, "hold case");
  EXPECT_TRUE(plan().whole);
}

TEST_F(PurgePlan, AnEndedAccountGoesAsAWhole) {
  write(mail(10, "a", "one"));
  const auto there = view().last_instant();
  days(1);
  recorder_->end_account(alice_);
  const auto second = add_account(*recorder_, "alice@example.com");
  keep("global", "forever", "forever", "30d");
  days(29);
  EXPECT_FALSE(plan().whole);
  days(1);
  const auto all = plan();
  EXPECT_TRUE(all.whole);
  EXPECT_THAT(all.versions, IsEmpty());
  EXPECT_EQ(all.version_count, 4U);
  EXPECT_FALSE(all.empty());
  EXPECT_TRUE(plan(second).empty()) << "the one that lives";
  snapshot("s", there);
  EXPECT_FALSE(plan().whole);
  EXPECT_TRUE(plan().shown_in_snapshot);
  snapshot("s", view().account(alice_)->until);
  EXPECT_TRUE(plan().whole) << "it had ended by then";
}

TEST_F(PurgePlan, OfAnEndedAccountOnlyWhatHasEndedGoesByVersions) {
  write(mail(10, "a1", "one"));
  write(mail(10, "a2", "two"));
  recorder_->end_account(alice_);
  keep("global", "1d", "1d");
  days(10);
  EXPECT_FALSE(plan().whole);
  EXPECT_THAT(gone(), ElementsAre("a1"));
}

TEST_F(PurgePlan, FoldersStayWhileSomethingInThemStays) {
  write(directory(3, ".Old", 1));
  write(directory(4, "cur", 3));
  const auto seen = write(mail(10, "a", "one", 4));
  remove(10);
  remove(4);
  remove(3);
  keep("global", "1d", "1d");
  snapshot("s", seen);
  days(10);
  EXPECT_THAT(gone(), IsEmpty()) << "the mail of the snapshot has a place";
  remove_setting(*recorder_, "snapshot s");
  EXPECT_THAT(gone(), UnorderedElementsAre("a", "cur", ".Old"));
  EXPECT_EQ(plan().items, 3U);
}

TEST_F(PurgePlan, AnEarlierNameOfAFolderStaysForTheMailsOfItsTime) {
  write(directory(3, ".First", 1));
  write(directory(4, "cur", 3));
  rename(3, ".Second");
  write(mail(10, "a", "one", 4));
  rename(3, ".Third");
  remove(10);
  days(40);
  rename(3, ".Fourth");
  keep("global", "1d", "forever");
  days(10);
  // The mail stays, and with it the name that its folder had then; cur/ lasts over all of them.
  EXPECT_THAT(gone(), IsEmpty());
  EXPECT_EQ(plan().version_count, 0U);
}

TEST_F(PurgePlan, AFolderThatNothingStoodInGoesWithItsNames) {
  write(directory(3, ".First", 1));
  rename(3, ".Second");
  remove(3);
  write(mail(10, "a", "one"));
  keep("global", "1d", "1d");
  days(10);
  EXPECT_THAT(gone(), ElementsAre(".First", ".Second")) << "also the body of what goes";
}

TEST_F(PurgePlan, TheBodyOfAFolderThatStaysForItsMailsStays) {
  write(directory(3, ".First", 1));
  rename(3, ".Second");
  write(directory(4, "cur", 3));
  const auto seen = write(mail(10, "a", "one", 4));
  remove(10);
  remove(4);
  remove(3);
  keep("global", "1d", "1d");
  snapshot("s", Instant{seen.value + 1});
  days(10);
  EXPECT_THAT(gone(), IsEmpty());
}

TEST_F(PurgePlan, WhatStaysKeepsTheDirectoriesAboveIt) {
  write(directory(3, ".First", 1));
  write(directory(4, "cur", 3));
  write(mail(10, "a", "one", 4));
  // Neither is the body of what follows, and the new cur/ was not there yet when .First was.
  auto renamed = directory(3, ".Second", 1);
  renamed.state.mode = 0750;
  write(renamed);
  auto touched = directory(4, "cur", 3);
  touched.state.mode = 0750;
  write(touched);
  keep("global", "1d");
  days(10);
  EXPECT_THAT(gone(), IsEmpty()) << "the mail needs cur/, which needs .First";
}

TEST_F(PurgePlan, AFolderThatStaysForAMailKeepsItsBody) {
  write(directory(3, ".First", 1));
  rename(3, ".Second");
  write(directory(4, "cur", 3));
  write(mail(10, "a", "one", 4));
  auto touched = directory(3, ".Third", 1);
  touched.state.mode = 0750;
  write(touched);
  keep("global", "1d");
  days(10);
  EXPECT_THAT(gone(), IsEmpty());
}

TEST_F(PurgePlan, KeywordsStayForTheMessagesOfTheirFolderAndTime) {
  write(plain_file(20, "dovecot-keywords", "0 Work", 1));
  days(1);
  write(plain_file(20, "dovecot-keywords", "0 Home", 1));
  days(1);
  write(mail(10, "a:2,a", "one"));
  days(1);
  write(plain_file(20, "dovecot-keywords", "0 Play", 1));
  keep("global", "1d", "1d");
  days(10);
  EXPECT_THAT(gone(), ElementsAre("dovecot-keywords")) << "of the time before the mail";
  EXPECT_EQ(plan().bytes, 6U);
  remove(10);
  days(10);
  EXPECT_THAT(gone(), ElementsAre("dovecot-keywords", "dovecot-keywords", "a:2,a"));
}

TEST_F(PurgePlan, OtherFilesGoAsMessagesDo) {
  write(mail(10, "a", "one"));
  write(plain_file(20, "dovecot-uidlist", "1", 1));
  write(plain_file(21, "subscriptions", "1", 1));
  write(plain_file(20, "dovecot-uidlist", "2", 1));
  write(plain_file(21, "subscriptions", "2", 1));
  keep("global", "1d", "1d");
  days(10);
  EXPECT_THAT(gone(), ElementsAre("dovecot-uidlist", "subscriptions"));
}

TEST_F(PurgePlan, WhatCannotBeReadStopsIt) {
  hold("case", "x");
  auto state = file("hold broken", "{", ItemId{4});
  state.kind = EntryKind::kFile;
  const std::vector<Change> changes{Put{recorder_->new_item(kServerAccount), Cause::kArrived, state, {}}};
  const std::vector<Bytes> blobs{to_bytes("{")};
  recorder_->record(kServerAccount, changes, blobs);
  EXPECT_THROW(read_purge_rules(view()), Error);
}

TEST_F(PurgePlan, AMassDeletionIsInDoubt) {
  for (std::uint64_t i = 0; i < 150; ++i) write(mail(100 + i, std::to_string(i), "x"));
  for (std::uint64_t i = 0; i < 101; ++i) remove(100 + i);
  keep("global", "forever", "1d");
  days(10);
  const auto all = plan();
  EXPECT_EQ(all.items, 101U);
  EXPECT_EQ(all.items_known, 152U);
  EXPECT_EQ(doubts_about(std::vector{all}, 1).size(), 1U);
}

}  // namespace
}  // namespace yestermail::test
