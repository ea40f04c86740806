// SPDX-License-Identifier: GPL-3.0-or-later
// An archive with all of its history.
#include "tests/archive/history_fixture.h"
#include "tests/support/view_compare.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

class ArchiveHistoryTest : public HistoryTest {
 protected:
  /// After these days: a folder goes with all in it, mails come back, are written anew and touched; changes are missed.
  void live_more() {
    live();
    bob().remove_folder(".Round2");
    alice().make_folder(".Short");
    alice().put(".Short", "short:2,", sample_mail(71));
    step();
    bob().put("", "gone1:2,", sample_mail(9001));
    alice().put("", "same:2,S", sample_mail(72));
    alice().rename_folder(".Short", ".Long");
    alice().write("empty", "");
    step();
    alice().put("", "same:2,S", sample_mail(73, 30'000));
    alice().move(".Long", "short:2,", "");
    fs::permissions(alice().root() + "/cur/same:2,S", fs::perms::owner_read);
    alice().remove_folder(".Long");
    step();
    alice().remove("", "short:2,");
    step();
    const auto recorder = open_recorder(world_, store_);
    const auto now = recorder->view().last_instant();
    const auto number = recorder->view().account_named("alice@example.com", kForever)->number;
    recorder->record_gap(kServerAccount, {Instant{now.value - 5}, now, GapReason::kEventsLost, "too many\\x41"});
    recorder->record_gap(number, {Instant{now.value - 7}, now, GapReason::kQueueFull, "alice"});
  }
  void step() {
    scan();
    instants_.push_back(last_change());
  }
  std::string with_history(const std::string& name) { return export_to(name, {"--history"}); }
  void expect_same() {
    const auto want = open_view(world_, store_);
    const auto have = open_view(world_, other_);
    EXPECT_EQ(joined(compare_views(*want, *have)), "");
  }
  std::string tree_at(const std::string& store, const std::string& at) {
    const auto file = directory_ / ("at-" + std::to_string(++count_) + ".tar.zst");
    EXPECT_EQ(run({"export", "--store", store, "--to", file, "--at", at}).status, 0);
    return extract(file) + "/accounts";
  }

  std::vector<std::string> instants_;
};

TEST_F(ArchiveHistoryTest, IsTheHistoryThatWasExported) {
  live_more();
  const auto rows = import_rows(with_history("archive"), 0, {"--history"});
  EXPECT_EQ(rows.back().at("failed"), 0);
  EXPECT_EQ(rows.back().at("skipped"), 0);
  EXPECT_EQ(rows.back().at("accounts"), 5) << "carol was two";
  EXPECT_GT(rows_of(rows, "recorded").size(), 80U);
  expect_same();
  for (const auto& at : {then_, instants_[1]}) {
    SCOPED_TRACE(at);
    const auto differences = compare_trees(tree_at(store_, at), tree_at(other_, at),
                                           {.ignore = [](auto path) { return path.ends_with("/account.json"); }});
    EXPECT_EQ(joined(differences), "");
  }
  for (const auto& account : {"alice@example.com", "carol@example.net"}) {
    const auto log = run({"log", "--store", store_, account, "--json"}).out;
    EXPECT_GT(log.size(), 100U);
    EXPECT_EQ(log, run({"log", "--store", other_, account, "--json"}).out) << account;
  }
  EXPECT_EQ(run({"check", "--store", other_}).status, 0);
}

TEST_F(ArchiveHistoryTest, RecordsNothingTwiceAndGoesOnWithALaterOne) {
  live_briefly();
  const auto file = with_history("archive");
  ASSERT_EQ(import(file, {"--history"}).status, 0);
  const auto before = last_instant();
  EXPECT_EQ(import_total(file, 0, {"--history"}).at("recorded"), 0);
  EXPECT_EQ(last_instant(), before);
  change_small_server(mail_, 2);
  fs::remove_all(carol());
  scan();
  const auto later = with_history("later");
  change_small_server(mail_, 3);
  scan();
  EXPECT_GT(import_total(later, 0, {"--history"}).at("recorded"), 0);
  EXPECT_GT(import_total(store_, 0, {"--history"}).at("recorded"), 0) << "and with the store itself";
  expect_same();
}

TEST_F(ArchiveHistoryTest, GoesOnWhereItWasKilled) {
  live_briefly();
  const auto file = with_history("archive");
  kill_and_run({program_path(), "import", "--store", other_, file, "--history"}, 5);
  expect_same();
  EXPECT_EQ(run({"check", "--store", other_}).status, 0);
}

TEST_F(ArchiveHistoryTest, ShowsWhatItWouldDoAndTakesTheAccountsThatAreNamed) {
  live_briefly();
  const auto file = with_history("archive");
  const std::vector<std::string> words{"--history", "--accounts", "alice@*", "--map", "alice@example.com=alice"};
  auto dry = words;
  dry.emplace_back("--dry-run");
  const auto rows = import_rows(file, 0, dry);
  EXPECT_GT(rows_of(rows, "would record").size(), 20U);
  EXPECT_TRUE(accounts().empty());
  make_other_anew();
  EXPECT_EQ(import_total(file, 0, words).at("recorded"), rows.back().at("recorded"));
  ASSERT_EQ(accounts().size(), 1U);
  const auto log = run({"log", "--store", store_, "alice@example.com"}).out;
  EXPECT_NE(log, "");
  EXPECT_EQ(log, run({"log", "--store", other_, "alice"}).out);
  // The store has another account than these now.
  const auto before = last_instant();
  expect_usage_error(run({"import", "--store", other_, file, "--history", "--accounts", "bob@*"}), "make a new store",
                     "yestermail import --help");
  EXPECT_EQ(last_instant(), before);
}

}  // namespace
}  // namespace yestermail::test
