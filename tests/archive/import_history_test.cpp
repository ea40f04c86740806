// SPDX-License-Identifier: GPL-3.0-or-later
// Another store with all of its history.
#include "tests/archive/history_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using ImportHistory = HistoryTest;

TEST_F(ImportHistory, IsTheSameHistory) {
  live();
  const auto total = import_total(store_, 0, {"--history"});
  EXPECT_EQ(total.at("failed"), 0);
  EXPECT_EQ(total.at("accounts"), 5) << "carol was two";
  expect_same_history();
  // What is one file in the mount under several names, there, is so here.
  const auto bodies = [&](const std::string& store) {
    const auto view = open_view(world_, store);
    const auto alice = view->account_named("alice@example.com", kForever)->number;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
    for (const auto& each : view->happenings(alice, Instant{0}, kForever, 10'000)) {
      found.emplace_back(each.version.id.value, each.version.body.value);
    }
    return found;
  };
  const auto shared = bodies(store_);
  EXPECT_TRUE(std::ranges::any_of(shared, [](const auto& each) { return each.first != each.second; }));
  EXPECT_EQ(shared, bodies(other_));
  const auto file = directory_ / "then.tar.zst";
  ASSERT_EQ(run({"export", "--store", other_, "--to", file, "--at", then_}).status, 0);
  expect_trees(extract(file), maildirs(directory_ / "then"));
  EXPECT_EQ(run({"check", "--store", other_}).status, 0);
}

TEST_F(ImportHistory, RecordsNothingTwiceAndGoesOnLater) {
  live();
  ASSERT_EQ(import(store_, {"--history"}).status, 0);
  const auto before = last_instant();
  EXPECT_EQ(import_total(store_, 0, {"--history"}).at("recorded"), 0);
  EXPECT_EQ(last_instant(), before);
  change_small_server(mail_, 3);
  fs::remove_all(carol());
  scan();
  EXPECT_GT(import_total(store_, 0, {"--history"}).at("recorded"), 0);
  expect_same_history();
}

TEST_F(ImportHistory, GoesOnWhereItWasKilled) {
  live();
  kill_and_run({program_path(), "import", "--store", other_, store_, "--history"}, 8);
  expect_same_history();
}

TEST_F(ImportHistory, TakesTheAccountsThatAreNamed) {
  live();
  ASSERT_EQ(import(store_, {"--history", "--accounts", "alice@*", "--map", "alice@example.com=alice"}).status, 0);
  ASSERT_EQ(accounts().size(), 1U);
  const auto log = [&](const std::string& store, const std::string& account) {
    return run({"log", "--store", store, account}).out;
  };
  EXPECT_NE(log(store_, "alice@example.com"), "");
  EXPECT_EQ(log(store_, "alice@example.com"), log(other_, "alice"));
}

TEST_F(ImportHistory, IsRefusedWhereSomethingElseIs) {
  live();
  const auto help = "yestermail import --help";
  expect_usage_error(run({"import", "--store", other_, source_, "--history"}), "a tree has its state alone", help);
  ASSERT_EQ(import(source_, {"--accounts", "alice@*"}).status, 0);
  const auto before = last_instant();
  expect_usage_error(run({"import", "--store", other_, store_, "--history"}), "make a new store", help);
  EXPECT_EQ(last_instant(), before);
  EXPECT_EQ(accounts().size(), 1U);
}

TEST_F(ImportHistory, GoesOnBehindAnotherChangeButNotBeforeIt) {
  live_briefly();
  ASSERT_EQ(import(store_, {"--history"}).status, 0);
  ASSERT_EQ(run({"snapshot", "create", "early", "--store", other_}).status, 0);
  change_small_server(mail_, 2);
  scan();
  EXPECT_GT(import_total(store_, 0, {"--history"}).at("recorded"), 0);
  expect_same_history();
  fs::remove_all(carol());
  scan();
  ASSERT_EQ(run({"snapshot", "create", "late", "--store", other_}).status, 0);
  // What was recorded there before the snapshot was here would be left out silently.
  const auto expect = [&](const std::string& text) {
    const auto before = last_instant();
    expect_usage_error(run({"import", "--store", other_, store_, "--history"}), text, "yestermail import --help");
    EXPECT_EQ(last_instant(), before);
  };
  expect("which are not of this history, and carol@example.net has of");
  alice().put("", "late:2,", sample_mail(4));
  scan();
  ASSERT_EQ(run({"snapshot", "create", "later", "--store", other_}).status, 0);
  expect("which are not of this history, and alice@example.com has of");
}

TEST_F(ImportHistory, RefusesWordsThatNameNothingAndOneNameForTwo) {
  make_scanned_store();
  const auto help = "yestermail import --help";
  const auto none = import(store_, {"--history", "--accounts", "alice@*", "--accounts", "nobody@*"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no account \"nobody@*\" is in it"));
  const auto refuse = [&](const std::string& map, const std::string& text) {
    expect_usage_error(run({"import", "--store", other_, store_, "--history", "--map", map}), text, help);
  };
  refuse("nobody=somebody", "no account of this name is imported");
  refuse("alice@example.com=bob@example.com", "two accounts would be called bob@example.com");
  EXPECT_TRUE(accounts().empty());
}

TEST_F(ImportHistory, ShowsWhatItWouldDoAndDoesNot) {
  live();
  const auto rows = import_rows(store_, 0, {"--history", "--dry-run"});
  EXPECT_GT(rows_of(rows, "would record").size(), 50U);
  EXPECT_TRUE(accounts().empty());
  EXPECT_EQ(import_total(store_, 0, {"--history"}).at("recorded"), rows.back().at("recorded"));
}

}  // namespace
}  // namespace yestermail::test
