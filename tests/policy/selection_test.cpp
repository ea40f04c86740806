// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "base/error.h"
#include "policy/account_lives.h"
#include "policy/age.h"
#include "policy/holds.h"
#include "policy/known_accounts.h"
#include "policy/retention.h"
#include "policy/version_walk.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kDayMicros = 86400 * kMicrosPerSecond;

TEST(Age, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_age("1d")->micros, kDayMicros);
  EXPECT_EQ(parse_age("2w")->micros, 14 * kDayMicros);
  EXPECT_EQ(parse_age("6mon")->micros, 6 * 31 * kDayMicros);
  EXPECT_EQ(parse_age("2y")->micros, 2 * 366 * kDayMicros);
  EXPECT_TRUE(parse_age("forever")->forever);
  EXPECT_EQ(parse_age("90d")->text, "90d");
  for (const auto* text :
       {"", "0d", "-1d", "+1d", "d", "90", "90 d", "90D", "1h", "1.5y", "90days", "1001y", "99999999999999999999d"}) {
    EXPECT_FALSE(parse_age(text)) << text;
  }
  EXPECT_FALSE(outlived_by(parse_age("forever"), Instant{5 * kDayMicros}));
  EXPECT_FALSE(outlived_by(std::nullopt, Instant{5 * kDayMicros}));
  EXPECT_EQ(outlived_by(parse_age("2d"), Instant{5 * kDayMicros}), Instant{3 * kDayMicros});
}

TEST(KnownAccounts, ASelectionNamesWhatMeansNone) {
  std::vector<Account> all(3);
  all[0].name = "a@x";
  all[1].name = "b@x";
  all[2].name = "c@y";
  const auto names = [&](const std::vector<std::string>& patterns) {
    std::vector<std::string> found;
    for (const auto& account : selected(all, patterns)) found.push_back(account.name);
    return found;
  };
  EXPECT_THAT(names({}), ElementsAre("a@x", "b@x", "c@y"));
  EXPECT_THAT(names({"@x"}), ElementsAre("a@x", "b@x"));
  EXPECT_THAT(names({"c@y", "a*"}), ElementsAre("a@x", "c@y"));
  try {
    names({"@x", "d@*"});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kNotFound);
    EXPECT_THAT(error.what(), HasSubstr("d@*"));
  }
}

TEST(Retention, TheNarrowestScopeWinsForEachKind) {
  const std::vector<RetentionRule> rules{
      {"@example.com", {parse_age("30d"), {}, parse_age("1y")}},
      {"alice@example.com", {parse_age("forever"), {}, {}}},
      {"global", {parse_age("90d"), parse_age("2y"), parse_age("3y")}},
  };
  const auto alice = retention_for(rules, "alice@example.com");
  EXPECT_EQ(alice.versions->text, "forever");
  EXPECT_EQ(alice.deleted->text, "2y");
  EXPECT_EQ(alice.accounts->text, "1y");
  EXPECT_EQ(retention_for(rules, "bob@Example.com").versions->text, "30d");
  EXPECT_EQ(retention_for(rules, "carol").versions->text, "90d");
  EXPECT_EQ(retention_for(rules, "carol").accounts->text, "3y");
  EXPECT_FALSE(retention_for({}, "carol").deleted);
  // An account of that name has no scope of its own.
  EXPECT_EQ(retention_for(rules, "global").versions->text, "90d");
}

TEST(Retention, AScopeIsOneOfThree) {
  EXPECT_EQ(checked_scope("global"), "global");
  EXPECT_EQ(checked_scope("@Example.COM"), "@example.com");
  EXPECT_EQ(checked_scope("Alice@Example.com"), "Alice@Example.com");
  EXPECT_THROW(checked_scope(""), Error);
  EXPECT_THROW(checked_scope("@"), Error);
}

TEST(Hold, CoversByEachOfItsPatterns) {
  const std::vector<Hold> all{{"one", {"a@x", "@y"}, "", {}}, {"two", {"*"}, "", {}}};
  EXPECT_EQ(hold_on(all, "a@x")->name, "one");
  EXPECT_EQ(hold_on(all, "q@Y")->name, "one");
  EXPECT_EQ(hold_on(all, "b@x")->name, "two");
  EXPECT_EQ(hold_on(std::span(all).first(1), "b@x"), nullptr);
  EXPECT_EQ(hold_on({}, "b@x"), nullptr);
  EXPECT_THROW(require_hold_name("a/b"), Error);
  EXPECT_THROW(require_hold_name(""), Error);
  EXPECT_NO_THROW(require_hold_name("Smith v. Jones"));
}

class Walk : public StoreFixture {};

TEST_F(Walk, GivesEveryVersionOnceWhateverThePage) {
  const auto recorder = open();
  const auto alice = add_account(*recorder, "alice");
  std::vector<Change> many;
  for (std::uint64_t item = 10; item < 30; ++item)
    many.push_back(Put{ItemId{item}, Cause::kArrived, file(std::to_string(item), "x"), {}});
  const std::vector<Bytes> blobs{to_bytes("x")};
  for (int round = 0; round < 3; ++round) {
    clock_.advance_seconds(60);
    recorder->record(alice, many, blobs);
  }
  const std::vector<Change> removal{Remove{ItemId{12}}, Remove{ItemId{13}}};
  recorder->record(alice, removal, {});
  put(*recorder, alice, ItemId{12}, "back", "y");
  for (const std::size_t page : {1U, 2U, 7U, 19U, 20U, 21U, 1000U}) {
    std::vector<VersionId> ids;
    for_each_version(
        recorder->view(), alice, [&](const Version& version) { ids.push_back(version.id); }, page);
    ASSERT_EQ(ids.size(), 62U) << page;  // Those of the root and of the one that came back among them.
    std::ranges::sort(ids);
    EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end()) << page;
  }
}

TEST_F(Walk, LivesAreAllIncarnations) {
  const auto recorder = open();
  const auto first = add_account(*recorder, "bob");
  add_account(*recorder, "alice");
  recorder->end_account(first);
  const auto second = add_account(*recorder, "bob");
  const auto lives = account_lives(recorder->view());
  ASSERT_EQ(lives.size(), 3U);
  EXPECT_EQ(lives[0].name, "alice");
  EXPECT_EQ(lives[1].number, first);
  EXPECT_NE(lives[1].until, kForever);
  EXPECT_EQ(lives[2].number, second);
}

}  // namespace
}  // namespace yestermail::test
