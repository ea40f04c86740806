// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What View tells of an account over time.
class OverTimeView : public StoreFixture {
 protected:
  OverTimeView() : recorder_(open()), view_(recorder_->view()), alice_(add_account(*recorder_, "alice@example.com")) {}

  Instant put(std::uint64_t item, const std::string& name, const std::string& content, Cause cause = Cause::kArrived) {
    clock_.advance_seconds(60);
    return StoreFixture::put(*recorder_, alice_, ItemId{item}, name, content, cause);
  }
  Instant remove(std::vector<std::uint64_t> items) {
    clock_.advance_seconds(60);
    std::vector<Change> changes;
    for (const auto item : items) changes.emplace_back(Remove{ItemId{item}});
    return recorder_->record(alice_, changes, {});
  }
  std::vector<std::string> names_of(const std::vector<VersionId>& ids) {
    std::vector<std::string> names;
    for (const auto& version : view_.versions(alice_, ids)) names.push_back(version.state.name);
    return names;
  }
  std::vector<std::string> deletions(View::Deletion after, Instant until, std::size_t limit = 1000) {
    std::vector<VersionId> ids;
    for (const auto& one : view_.deletions(alice_, after, until, limit)) ids.push_back(one.version);
    return names_of(ids);
  }

  std::unique_ptr<Recorder> recorder_;
  View& view_;
  AccountNumber alice_;
};

TEST_F(OverTimeView, LastChangeIsThatOfTheAccountAlone) {
  const auto at = put(2, "a", "one");
  const auto end = remove({2});
  add_account(*recorder_, "bob@example.com");
  EXPECT_EQ(view_.last_change(alice_, kForever), end);
  EXPECT_EQ(view_.last_change(alice_, Instant{end.value - 1}), at);
  EXPECT_EQ(view_.last_change(alice_, Instant{1}), Instant{0});
}

TEST_F(OverTimeView, DifferencesAreWhatOneInstantHasAndTheOtherHasNot) {
  put(2, "stays", "0");
  put(3, "goes", "1");
  const auto first = put(4, "changes", "2");
  put(4, "changed", "2", Cause::kRenamed);
  put(5, "between", "3");
  remove({3, 5});
  const auto second = put(6, "comes", "4");
  remove({2});
  EXPECT_THAT(names_of(view_.differences(alice_, first, second)), ElementsAre("goes", "changes"));
  EXPECT_THAT(names_of(view_.differences(alice_, second, first)), ElementsAre("changed", "comes"));
  EXPECT_THAT(view_.differences(alice_, first, first), IsEmpty());
  EXPECT_THAT(names_of(view_.differences(alice_, second, kForever)), ElementsAre("stays"));
  EXPECT_THAT(names_of(view_.differences(alice_, kForever, first)), ElementsAre("changed", "comes"));
}

TEST_F(OverTimeView, DeletionsAreTheEndsOfItemsInOrder) {
  const auto start = put(2, "a", "1");
  put(3, "b", "2");
  put(4, "c", "3");
  put(2, "a2", "1", Cause::kRenamed);
  const auto first = remove({3, 4});
  const auto second = remove({2});
  put(4, "c again", "3");
  EXPECT_THAT(deletions({start, {}}, kForever), ElementsAre("b", "a2"));
  EXPECT_THAT(deletions({start, {}}, kForever, 1), ElementsAre("b"));
  EXPECT_THAT(deletions({start, {}}, second), ElementsAre("b"));
  const auto page = view_.deletions(alice_, {start, {}}, kForever, 1);
  EXPECT_EQ(page.at(0).at, first);
  EXPECT_THAT(deletions(page.at(0), kForever), ElementsAre("a2"));
  remove({4});
  EXPECT_THAT(deletions({second, {}}, kForever), ElementsAre("a2", "c again"));
}

TEST_F(OverTimeView, PagesOfDeletionsAtOneInstantMissNothing) {
  std::vector<std::uint64_t> items;
  for (std::uint64_t i = 2; i < 50; ++i) {
    put(i, std::to_string(i), "x");
    items.push_back(i);
  }
  remove(items);
  std::size_t found = 0;
  View::Deletion after{Instant{0}, {}};
  for (auto page = view_.deletions(alice_, after, kForever, 7); !page.empty();
       page = view_.deletions(alice_, after, kForever, 7)) {
    found += page.size();
    after = page.back();
  }
  EXPECT_EQ(found, items.size());
}

TEST_F(OverTimeView, LastVersionsAreOfWhatIsThereAndWhatWasDeleted) {
  put(2, "a", "1");
  put(2, "a2", "1", Cause::kRenamed);
  const auto before = put(3, "b", "2");
  const auto at = remove({3});
  put(4, "later", "3");
  EXPECT_THAT(names_of(view_.last_versions(alice_, kRootItem, at, View::Among::kAll)), ElementsAre("a2", "b"));
  EXPECT_THAT(names_of(view_.last_versions(alice_, kRootItem, before, View::Among::kAll)), ElementsAre("a2", "b"));
  EXPECT_THAT(names_of(view_.last_versions(alice_, kRootItem, kForever, View::Among::kAll)),
              ElementsAre("a2", "b", "later"));
  EXPECT_THAT(view_.last_versions(alice_, kRootItem, kForever, View::Among::kDirectories), IsEmpty());
  auto folder = file(".Work", "");
  folder.kind = EntryKind::kDirectory;
  folder.digest.reset();
  recorder_->record(alice_, std::vector<Change>{Put{ItemId{9}, Cause::kArrived, folder, {}}}, {});
  remove({9});
  EXPECT_THAT(names_of(view_.last_versions(alice_, kRootItem, kForever, View::Among::kDirectories)),
              ElementsAre(".Work"));
}

TEST_F(OverTimeView, KnowsWhichContentsAreThere) {
  const auto digest = [](const char* text) { return Digest::of(as_bytes(text)); };
  put(2, "a", "one");
  const auto both = put(3, "b", "two");
  remove({2});
  const std::vector<Digest> asked{digest("one"), digest("two"), digest("three")};
  EXPECT_THAT(view_.have_contents(alice_, asked, both), ElementsAre(true, true, false));
  EXPECT_THAT(view_.have_contents(alice_, asked, kForever), ElementsAre(false, true, false));
  EXPECT_THAT(view_.have_contents(alice_, asked, Instant{1}), ElementsAre(false, false, false));
}

TEST_F(OverTimeView, FindsEveryVersionWithAContent) {
  const auto digest = [](const char* text) { return Digest::of(as_bytes(text)); };
  put(2, "a", "one");
  put(3, "b", "two");
  put(2, "a2", "one");
  remove({2});
  EXPECT_EQ(view_.with_content(alice_, digest("one")).size(), 2U);
  EXPECT_EQ(view_.with_content(alice_, digest("one")).back().state.name, "a2");
  EXPECT_EQ(view_.with_content(alice_, digest("two")).size(), 1U);
  EXPECT_THAT(view_.with_content(alice_, digest("three")), IsEmpty());
}

TEST_F(OverTimeView, ReadsOnWhereItStoppedAlsoAmidAnInstant) {
  const auto before = view_.last_instant();
  std::vector<Change> changes;
  for (std::uint64_t i = 10; i < 20; ++i)
    changes.emplace_back(Put{ItemId{i}, Cause::kArrived, file(std::to_string(i), "x"), {}});
  recorder_->record(alice_, changes, std::vector<Bytes>{to_bytes("x")});
  put(30, "30", "y");
  View::Beginning after{before, VersionId{1'000'000}};
  std::vector<std::string> names;
  for (;;) {
    const auto page = view_.begun_after(alice_, after, 3);
    EXPECT_LE(page.size(), 3U);
    if (page.empty()) break;
    for (const auto& version : page) names.push_back(version.state.name);
    after = {page.back().since, page.back().id};
  }
  EXPECT_THAT(names, ElementsAre("10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "30"));
}

}  // namespace
}  // namespace yestermail::test
