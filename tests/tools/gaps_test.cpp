// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/instant_text.h"
#include "store/store.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/support/recording_log.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A scanned store in which somebody wrote what a watcher would.
class Gaps : public StoreCommandTest {
 protected:
  void SetUp() override { make_scanned_store(); }

  std::unique_ptr<Recorder> open() { return open_recorder({real_disk_, clock_, log_}, store_); }

  static std::vector<std::string> rows(const Ran& ran) {
    std::vector<std::string> texts;
    for (const auto& row : ran.json()) {
      if (row.at("what") == "gap") texts.push_back(row.at("text"));
    }
    return texts;
  }

  WatchReport report() {
    WatchReport report;
    report.process = ::getpid();
    report.written = report.covered_until = clock_.now();
    report.state = "watching";
    report.sources = {{source_, "inotify", "fanotify was refused"}};
    report.events = 1234;
    return report;
  }

  RecordingLog log_;
};

TEST_F(Gaps, OfAllAccountsStandInTheLogOfEachInTheOrderOfTime) {
  const auto before = clock_.now();
  open()->record_gap(kServerAccount, {before, clock_.now(), GapReason::kEventsLost, "the queue ran over"});
  alice().deliver("", "later", sample_mail(1));
  scan();
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"log", "--json"}, {"log", "alice@example.com", "--json"}, {"log", "bob@example.com", "--json"}}) {
    const auto ran = run(words);
    EXPECT_THAT(rows(ran), ::testing::ElementsAre("the queue ran over"));
    std::string last;
    for (const auto& row : ran.json()) {
      EXPECT_LE(last, row.at("at").get<std::string>());
      last = row.at("at");
    }
  }
  const auto all = run({"log", "--json", "--limit", "2"}).json();
  EXPECT_EQ(all[0].at("what"), "gap") << "what came after it is the last";
  EXPECT_EQ(all[0].at("account"), nullptr);
  EXPECT_EQ(all[0].at("reason"), "events lost");
  EXPECT_EQ(all[0].at("from"), instant_text(before));
  EXPECT_EQ(all[1].at("name"), "later");
  EXPECT_THAT(run({"log", "bob@example.com"}).out, HasSubstr("  gap      until "));
  EXPECT_THAT(run({"log"}).out, HasSubstr("changes may have been missed: the queue ran over\n"));
}

TEST_F(Gaps, OutsideOfWhatIsAskedForAreNotShown) {
  const auto from = clock_.now();
  open()->record_gap(kServerAccount, {from, Instant{from.value + 1000}, GapReason::kSourceGone, "not mounted"});
  EXPECT_THAT(rows(run({"log", "--json", "--until", instant_text(from)})), ::testing::IsEmpty());
  EXPECT_THAT(rows(run({"log", "--json", "--from", instant_text(Instant{from.value + 500})})),
              ::testing::ElementsAre("not mounted"))
      << "it overlaps";
}

TEST_F(Gaps, StandInTheStatus) {
  EXPECT_EQ(run({"status", "--json"}).json().at("gaps"), nlohmann::json::array());
  EXPECT_THAT(run({"status"}).out, HasSubstr("watcher      never"));
  {
    const auto recorder = open();
    for (int i = 0; i < 7; ++i) {
      const auto now = clock_.now();
      recorder->record_gap(kServerAccount, {now, Instant{now.value + 1}, GapReason::kStoreRefused, "no room"});
    }
  }
  EXPECT_EQ(run({"status", "--json"}).json().at("gaps").size(), 7U);
  EXPECT_THAT(run({"status"}).out, HasSubstr("gaps before  2;"));
}

TEST_F(Gaps, AreOpenWhileTheWatcherSaysSo) {
  const auto recorder = open();
  auto report = this->report();
  report.open_gaps = {"looking through \x1b[31m"};
  recorder->publish(report);
  auto json = run({"status", "--json"}).json();
  EXPECT_EQ(json.at("watcher").at("running"), true);
  EXPECT_EQ(json.at("watcher").at("stale"), false);
  EXPECT_EQ(json.at("watcher").at("events"), 1234);
  EXPECT_EQ(json.at("watcher").at("sources")[0].at("method"), "inotify");
  ASSERT_EQ(json.at("gaps").size(), 1U);
  EXPECT_EQ(json.at("gaps")[0].at("until"), nullptr);
  const auto text = run({"status"}).out;
  EXPECT_THAT(text, HasSubstr("running, process " + std::to_string(::getpid()) + ", watching"));
  EXPECT_THAT(text, HasSubstr("by inotify (fanotify was refused)"));
  EXPECT_THAT(text, HasSubstr("1,234 events"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run({"log"}).out, HasSubstr("not closed yet"));
  // Between the last report and now it was recorded.
  recorder->record_gap(kServerAccount,
                       {report.covered_until, clock_.now(), GapReason::kNotWatched, report.open_gaps[0]});
  EXPECT_EQ(run({"status", "--json"}).json().at("gaps").size(), 1U) << "not once more";
  EXPECT_EQ(rows(run({"log", "--json"})).size(), 1U);
}

TEST_F(Gaps, BeginWhereAWatcherEnded) {
  auto report = this->report();
  open()->publish(report);
  auto json = run({"status", "--json"}).json();
  EXPECT_EQ(json.at("watcher").at("running"), false);
  EXPECT_EQ(json.at("watcher").at("stale"), true);
  EXPECT_THAT(run({"status"}).out, HasSubstr("went without a word after"));
  EXPECT_EQ(rows(run({"log", "--json"})).size(), 1U);
  report.state = "stopped";
  open()->publish(report);
  json = run({"status", "--json"}).json();
  EXPECT_EQ(json.at("watcher").at("stale"), false);
  EXPECT_THAT(run({"status"}).out, HasSubstr("not running; stopped at"));
  EXPECT_EQ(json.at("gaps")[0].at("text"), "nobody watches");
}

TEST_F(Gaps, OfAnotherWritersReportIsStale) {
  auto report = this->report();
  report.process = 1;
  const auto recorder = open();
  recorder->publish(report);
  const auto json = run({"status", "--json"}).json();
  EXPECT_EQ(json.at("writer").at("running"), true);
  EXPECT_EQ(json.at("watcher").at("stale"), true) << "this process writes, but does not watch";
}

TEST_F(Gaps, AreShownByTheRealProgram) {
  const auto shell = [&](const std::string& script) {
    return test::run({"sh", "-c", script, program_path()}, {"YESTERMAIL_STORE=" + store_}, std::chrono::seconds(60));
  };
  Process daemon({program_path(), "watch", "--store", store_, "--method", "inotify"});
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (daemon.out().find("watching;") == std::string::npos && std::chrono::steady_clock::now() < limit) usleep(5000);
  std::string text;
  const auto told = [&] { return std::filesystem::exists(store_ + "/watching"); };
  while ((!told() || text.find(", watching\n") == std::string::npos) && std::chrono::steady_clock::now() < limit) {
    usleep(50'000);
    text = shell("\"$0\" status").out;
  }
  EXPECT_THAT(text, HasSubstr("running, process " + std::to_string(daemon.pid()) + ", watching"));
  EXPECT_THAT(text, HasSubstr("UTC: nobody watched")) << "between the scan and the start";
  daemon.send(SIGKILL);
  daemon.wait(std::chrono::seconds(60));
  EXPECT_THAT(shell("\"$0\" status").out, HasSubstr("went without a word"));
  EXPECT_THAT(shell("\"$0\" log").out, HasSubstr("not closed yet, changes may have been missed: nobody watches"));
}

}  // namespace
}  // namespace yestermail::test
