// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/purge_doubts.h"

#include <gmock/gmock.h>

#include "policy/account_lives.h"
#include "policy/holds.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

class PurgeDoubts : public StoreFixture {
 protected:
  PurgeDoubts() : recorder_(open()), alice_(add_account(*recorder_, "alice")) {}

  void change() { put(*recorder_, alice_, recorder_->new_item(alice_), std::to_string(++changes_), "x"); }
  void change_daily(int days) {
    for (int i = 0; i < days; ++i) {
      clock_.advance_seconds(kDay);
      change();
    }
  }
  std::vector<std::string> doubts(std::int64_t seconds = 0) {
    auto& view = recorder_->view();
    return doubts_about(view, account_lives(view), Instant{clock_.now().value + seconds * kMicrosPerSecond});
  }

  std::unique_ptr<Recorder> recorder_;
  AccountNumber alice_;
  int changes_ = 0;
};

TEST_F(PurgeDoubts, NoneWhereAllIsAsUsual) {
  EXPECT_THAT(doubts(), IsEmpty());
  change_daily(40);
  EXPECT_THAT(doubts(), IsEmpty());
  EXPECT_THAT(doubts(30 * kDay), IsEmpty()) << "a quiet month";
}

TEST_F(PurgeDoubts, AChangeInTheFuture) {
  change_daily(2);
  EXPECT_THAT(doubts(-kHour / 2), IsEmpty()) << "clocks are set by a little";
  EXPECT_THAT(doubts(-2 * kHour), ElementsAre(HasSubstr("in the future")));
}

TEST_F(PurgeDoubts, NoChangeForMoreThanAMonth) {
  change_daily(2);
  EXPECT_THAT(doubts(32 * kDay), ElementsAre(HasSubstr("no account has changed since 2026-11-24T10:00:00Z")));
  // What is set is no change of an account.
  clock_.advance_seconds(20 * kDay);
  put_setting(*recorder_, setting_of(Hold{"a", {"b"}, "", {}}), Existing::kReplace, clock_.now());
  EXPECT_THAT(doubts(12 * kDay), ElementsAre(HasSubstr("no account has changed")));
}

TEST_F(PurgeDoubts, AClockThatJumpedAheadWhileItWasRecorded) {
  change_daily(5);
  clock_.advance_seconds(3650 * kDay);
  change();
  clock_.advance_seconds(kHour);
  change();
  EXPECT_THAT(doubts(), ElementsAre(HasSubstr("nothing was recorded between 2026-11-27T10:00:00Z and 2036-")));
  change_daily(30);
  EXPECT_THAT(doubts(), ElementsAre(HasSubstr("nothing was recorded")));
  change_daily(3);
  EXPECT_THAT(doubts(), IsEmpty()) << "somebody has seen it by now";
}

TEST_F(PurgeDoubts, AnUnfinishedCheckAndDamage) {
  CheckState checks;
  EXPECT_THAT(doubts_about(checks), IsEmpty()) << "never checked is no doubt";
  checks.last = LastCheck{clock_.now(), kLastCheckLevel, false};
  EXPECT_THAT(doubts_about(checks), IsEmpty());
  checks.unfinished = UnfinishedCheck{clock_.now()};
  EXPECT_THAT(doubts_about(checks), ElementsAre(HasSubstr("has not ended")));
  checks.unfinished->stopped = true;
  checks.unfinished->left = 7;
  EXPECT_THAT(doubts_about(checks), ElementsAre(HasSubstr("has left 7 packs or accounts")));
  checks.unfinished.reset();
  checks.damage = LastCheck{clock_.now(), kLastCheckLevel, true};
  EXPECT_THAT(doubts_about(checks), ElementsAre(HasSubstr("found damage")));
}

TEST_F(PurgeDoubts, MostOfAnAccountAtOnce) {
  AccountPlan plan;
  plan.account.name = "al\x1bice";
  const auto doubts_of = [&](std::uint64_t some, std::uint64_t all) {
    plan.items = some;
    plan.items_known = all;
    return doubts_about(std::vector{plan}, 1);
  };
  EXPECT_THAT(doubts_of(101, 201), ElementsAre(HasSubstr("al\\x1bice: 101 of its 201 items")));
  EXPECT_THAT(doubts_of(100, 200), IsEmpty());
  EXPECT_THAT(doubts_of(99, 99), IsEmpty());
  EXPECT_THAT(doubts_of(100, 100), testing::SizeIs(1));
  plan.whole = true;
  EXPECT_THAT(doubts_of(100, 100), IsEmpty()) << "an ended account goes as a whole";
}

TEST_F(PurgeDoubts, MostOfAllAccountsAtOnce) {
  AccountPlan plan;
  plan.whole = true;
  EXPECT_THAT(doubts_about(std::vector<AccountPlan>(10, plan), 19), ElementsAre("10 of 19 accounts would go at once"));
  EXPECT_THAT(doubts_about(std::vector<AccountPlan>(10, plan), 20), IsEmpty());
  EXPECT_THAT(doubts_about(std::vector<AccountPlan>(9, plan), 9), IsEmpty());
}

}  // namespace
}  // namespace yestermail::test
