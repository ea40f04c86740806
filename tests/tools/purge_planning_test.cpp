// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_record.h"
#include "store/store.h"
#include "tests/support/people.h"
#include "tests/support/recording_log.h"
#include "tests/support/store_script.h"
#include "tests/support/test_clock.h"
#include "tests/tools/command_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kBobElsewhere = "bob@example.net";

/// A store that was written for months until now, as a clock of its own told.
class PurgeCommand : public CommandTest {
 protected:
  PurgeCommand() {
    variables_["YESTERMAIL_STORE"] = store_;
    days_ago(200);
    create_store(world(), store_, {});
  }

  StoreWorld world() { return {real_disk_, then_, log_}; }
  void days_ago(std::int64_t days) { then_.set(Instant{clock_.now().value - days * 86400 * kMicrosPerSecond}); }
  void record(const std::vector<StoreStep>& steps) {
    const auto recorder = open_recorder(world(), store_);
    for (const auto& step : steps) perform(*recorder, step);
  }
  /// An account with so many mails, of which some are deleted a moment later.
  void make_account(const std::string& name, int mails, int deleted) {
    std::vector<Edit> edits{put_directory(name, ""), put_directory(name, "cur")};
    for (int i = 0; i < mails; ++i) {
      edits.push_back(put_mail(name, "cur/" + std::to_string(i) + ":2,", "mail " + std::to_string(i)));
    }
    std::vector<Edit> removals;
    for (int i = 0; i < deleted; ++i) removals.push_back(remove_entry(name, "cur/" + std::to_string(i) + ":2,"));
    record({{StoreStep::Kind::kAddAccount, name}, {StoreStep::Kind::kRecord, name, edits}});
    if (deleted > 0) record({{StoreStep::Kind::kRecord, name, removals}});
  }
  /// Something now and then, so that nobody thinks of a wrong clock.
  void live_until_now(const std::string& name) {
    for (const std::int64_t day : {180, 160, 140, 120, 100, 80, 60, 40, 20, 1}) {
      days_ago(day);
      record({{StoreStep::Kind::kRecord, name, {put_mail(name, "cur/day" + std::to_string(day), "day")}}});
    }
  }
  void set(const std::vector<std::string>& options) {
    std::vector<std::string> words{"retention", "set"};
    words.insert(words.end(), options.begin(), options.end());
    ASSERT_EQ(run(words).status, 0);
  }
  nlohmann::json planned(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"purge", "--dry-run", "--json"});
    const auto ran = run(options);
    EXPECT_EQ(ran.status, 0) << ran.err;
    return ran.json();
  }

  const std::string store_ = directory_ / "store";
  TestClock then_;
  RecordingLog log_;
};

TEST_F(PurgeCommand, TellsWhatWouldGoOfEachAccount) {
  make_account(kAlice, 5, 2);
  make_account(kBobElsewhere, 5, 1);
  live_until_now(kAlice);
  const auto nothing = run({"purge"});
  EXPECT_EQ(nothing.status, 0) << nothing.err;
  EXPECT_EQ(nothing.out, "to be removed: 0 versions, 0 B\n");
  set({"global", "--deleted", "90d"});
  const auto plan = planned();
  ASSERT_EQ(plan.at("accounts").size(), 2U);
  EXPECT_EQ(plan.at("accounts")[0].at("account"), kAlice);
  EXPECT_EQ(plan.at("accounts")[0].at("versions"), 2);
  EXPECT_EQ(plan.at("accounts")[0].at("items"), 2);
  EXPECT_EQ(plan.at("accounts")[0].at("bytes"), 12);
  EXPECT_EQ(plan.at("accounts")[1].at("versions"), 1);
  EXPECT_EQ(plan.at("doubts"), nlohmann::json::array());
  const auto text = run({"purge", "--dry-run"});
  EXPECT_THAT(text.out, HasSubstr("to be removed: 3 versions, 18 B\n"));
  EXPECT_THAT(text.err, IsEmpty());
  set({"@example.com", "--deleted", "forever"});
  EXPECT_EQ(planned().at("accounts").size(), 1U);
}

TEST_F(PurgeCommand, LooksAtTheAccountsThatAreChosen) {
  make_account(kAlice, 5, 2);
  make_account(kBobElsewhere, 5, 1);
  live_until_now(kAlice);
  set({"global", "--deleted", "90d"});
  EXPECT_EQ(planned({"--account", "@example.net"}).at("accounts").size(), 1U);
  EXPECT_THAT(run({"purge", "--dry-run", "--account", kBobElsewhere}).out,
              HasSubstr("1 other account not selected: all of their history stays\n"));
  const auto none = run({"purge", "--dry-run", "--account", "carol*"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("carol*"));
}

TEST_F(PurgeCommand, AHoldAndASnapshotAreTold) {
  make_account(kAlice, 5, 2);
  make_account(kBobElsewhere, 5, 0);
  record({{StoreStep::Kind::kEndAccount, kBobElsewhere}});
  live_until_now(kAlice);
  set({"global", "--deleted", "90d", "--accounts", "90d"});
  auto plan = planned();
  EXPECT_EQ(plan.at("accounts")[1].at("whole"), true);
  EXPECT_THAT(run({"purge", "--dry-run"}).out, HasSubstr("all of it goes"));
  ASSERT_EQ(run({"hold", "add", "case", "--account", "alice@*"}).status, 0);
  ASSERT_EQ(run({"hold", "add", "other", "--account", "bob@*"}).status, 0);
  plan = planned();
  EXPECT_EQ(plan.at("accounts")[0].at("held_by"), "case");
  EXPECT_EQ(plan.at("accounts")[0].at("versions"), 0);
  EXPECT_EQ(plan.at("accounts")[1].at("whole"), false);
  const auto forced = run({"purge", "--force"});
  EXPECT_EQ(forced.status, 0) << "there is nothing to remove";
  EXPECT_THAT(forced.out, HasSubstr("held by \"case\": all of it stays"));
}

TEST_F(PurgeCommand, RefusesAMassDeletionUnlessForced) {
  make_account(kAlice, 150, 120);
  live_until_now(kAlice);
  set({"global", "--deleted", "90d"});
  const auto refused = run({"purge"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("alice@example.com: 120 of its 162 items would go at once"));
  EXPECT_THAT(refused.err, HasSubstr("nothing was removed"));
  EXPECT_EQ(planned().at("doubts").size(), 1U);
  const auto forced = run({"purge", "--force"});
  EXPECT_EQ(forced.status, 0) << forced.err;
  EXPECT_THAT(forced.out, HasSubstr("removed "));
  EXPECT_EQ(planned().at("doubts").size(), 0U) << "there is nothing left that could go";
  EXPECT_EQ(run({"purge", "--verify"}).status, 0);
  expect_usage_error(run({"purge", "--verify", "--force"}), "leave out --force", "yestermail purge --help");
}

TEST_F(PurgeCommand, RefusesAfterACheckThatDidNotEndOrFoundDamage) {
  make_account(kAlice, 5, 2);
  live_until_now(kAlice);
  set({"global", "--deleted", "90d"});
  ASSERT_EQ(run({"check", "--budget", "0s"}).status, 0);
  EXPECT_EQ(run({"status", "--json"}).json().at("unfinished_check").at("stopped"), true);
  EXPECT_THAT(run({"status"}).out, HasSubstr("were left for want of time"));
  const auto refused = run({"purge"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("for want of time: check again"));
  EXPECT_THAT(planned().at("doubts").at(0).get<std::string>(), HasSubstr("the check of"));
  ASSERT_EQ(run({"check"}).status, 0);
  EXPECT_EQ(planned().at("doubts").size(), 0U);
  EXPECT_TRUE(run({"status", "--json"}).json().at("unfinished_check").is_null());
  auto record = read_check_record(real_disk_, Layout(store_));
  record.state.damage = LastCheck{clock_.now(), kLastCheckLevel, true};
  write_check_record(real_disk_, Layout(store_), record);
  EXPECT_THAT(run({"purge"}).err, HasSubstr("found damage"));
  EXPECT_THAT(run({"status"}).out, HasSubstr("not looked for everywhere since"));
  EXPECT_EQ(run({"purge", "--force"}).status, 0);
}

TEST_F(PurgeCommand, RefusesWhereAClockSeemsWrong) {
  make_account(kAlice, 5, 2);
  set({"global", "--deleted", "90d"});
  const auto refused = run({"purge"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("no account has changed since"));
  EXPECT_EQ(run({"purge", "--dry-run"}).status, 0);
}

TEST_F(PurgeCommand, RefusesWhatMakesNoSense) {
  expect_usage_error(run({"purge", kAlice}), "unexpected argument", "yestermail purge --help");
}

}  // namespace
}  // namespace yestermail::test
