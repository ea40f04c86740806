// SPDX-License-Identifier: GPL-3.0-or-later
#include <thread>

#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/tools/store_fixture.h"
#include "tools/control_client.h"
#include "tools/control_socket.h"

namespace yestermail::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// The real daemon, and commands that ask it.
class WatchCommand : public StoreCommandTest {
 protected:
  void SetUp() override {
    make_scanned_store();
    // Without the kernel's help nothing but a scan, asked for, can find a change within this test.
    start({"--method", "polling", "--poll-interval", "86400"});
  }

  void start(const std::vector<std::string>& options) {
    std::vector<std::string> command{program_path(), "watch", "--store", store_};
    command.insert(command.end(), options.begin(), options.end());
    daemon_.emplace(command);
    ASSERT_TRUE(comes_true([&] { return daemon_->out().find("watching;") != std::string::npos; })) << daemon_->err();
    ASSERT_TRUE(comes_true([&] { return watcher().at("state") == "watching"; })) << daemon_->err();
    run({"scan"});  // What it does of itself at its start is done when it has answered.
  }

  template <class Condition>
  static bool comes_true(Condition&& condition) {
    for (int i = 0; i < 6'000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
    return condition();
  }

  nlohmann::json watcher() { return run({"status", "--json"}).json().at("watcher"); }

  /// So many messages that reading them all takes a while.
  void make_much_work() {
    for (int i = 0; i < 3000; ++i)
      alice().put("", "work" + std::to_string(i) + ":2,S",
                  sample_mail(static_cast<std::uint64_t>(i)) + std::string(20'000, 'x'));
  }

  std::optional<Process> daemon_;
};

TEST_F(WatchCommand, ScansForWhoAsks) {
  alice().deliver("", "fresh", sample_mail(1));
  bob().put("", "another:2,", sample_mail(2));
  const auto first = run({"scan", "--json", "--accounts", "alice@*"});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(first.err, "");
  EXPECT_EQ(first.json().at("items_arrived"), 1);
  EXPECT_EQ(first.json().at("accounts_seen"), 1);
  EXPECT_EQ(first.json().at("last_change"), last_change());
  const auto second = run({"scan"});
  EXPECT_EQ(second.status, 0) << second.err;
  EXPECT_THAT(second.out, MatchesRegex("scanned 4 accounts in [0-9.]+ s: items 1 arrived; .* read\n"));
  EXPECT_THAT(run({"scan"}).out, MatchesRegex("scanned 4 accounts in [0-9.]+ s: nothing changed.*\n"));
  EXPECT_EQ(run({"scan", "--quiet"}).out, "");
}

TEST_F(WatchCommand, WritesSettingsForWhoAsks) {
  const auto created = run({"snapshot", "create", "now-here", "--note", "\xff\\"});
  EXPECT_EQ(created.status, 0) << created.err;
  EXPECT_EQ(run({"snapshot", "list", "--json"}).json()[0].at("note"), "\\xff\\x5c");
  EXPECT_EQ(run({"list", "--at", "now-here"}).status, 0);
  const auto twice = run({"snapshot", "create", "now-here"});
  EXPECT_EQ(twice.status, 1);
  EXPECT_THAT(twice.err, HasSubstr("there is a snapshot now-here already"));
  EXPECT_EQ(run({"retention", "set", "global", "--versions", "90d"}).status, 0);
  EXPECT_EQ(run({"retention", "set", "global", "--deleted", "1y"}).status, 0);
  EXPECT_EQ(run({"retention", "list", "--json"}).json()[0].at("versions"), "90d");
  EXPECT_EQ(run({"hold", "add", "case", "--account", "@example.com"}).status, 0);
  EXPECT_EQ(run({"hold", "release", "case"}).status, 0);
  EXPECT_EQ(run({"hold", "release", "case"}).status, 1);
  EXPECT_EQ(run({"snapshot", "delete", "now-here"}).status, 0);
  alice().deliver("", "fresh", sample_mail(1));
  EXPECT_EQ(run({"scan", "--json"}).json().at("items_arrived"), 1) << "it goes on";
}

TEST_F(WatchCommand, WritesNoSettingThatIsNone) {
  const auto ask = [&](const std::string& line) {
    const auto socket = connect_control(store_);
    LineChannel channel(socket->get(), 1U << 20U);
    channel.send(line);
    std::string answer;
    return channel.read(answer, 20s) == LineChannel::Got::kLine ? answer : "nothing";
  };
  for (const std::string line :
       {R"({"do":"put_setting"})", R"({"do":"put_setting","name":"hold x","text":7})",
        R"({"do":"put_setting","name":"hold x","text":"{}"})", R"({"do":"put_setting","name":"other x","text":"{}"})",
        R"({"do":"put_setting","name":"hold x","text":"{"})",
        R"({"do":"put_setting","name":"hold a/b","text":"{\"accounts\":[\"x\"]}"})",
        R"({"do":"put_setting","name":"hold x","text":"{\"accounts\":[\"x\"]}","replace":7})",
        R"({"do":"put_setting","name":"hold x","text":"{\"accounts\":[\"x\"]}","more":7})",
        R"({"do":"remove_setting","name":7})", R"({"do":"remove_setting","name":"hold x","text":"y"})"}) {
    EXPECT_THAT(ask(line), HasSubstr(R"({"error":{"code":"usage")")) << line;
  }
  EXPECT_THAT(ask(R"({"do":"remove_setting","name":"hold x"})"), HasSubstr("not_found"));
  EXPECT_EQ(ask(R"({"do":"put_setting","name":"hold x","text":"{\"accounts\":[\"x\"]}"})"), R"({"result":{}})");
}

TEST_F(WatchCommand, TellsTheSameFailuresAsAScanOfItsOwn) {
  std::filesystem::create_symlink("/etc/passwd", alice().root() + "/cur/link\x1b:2,");
  const auto asked = run({"scan", "--full", "--json"});
  EXPECT_EQ(asked.status, 5);
  daemon_->send(SIGTERM);
  EXPECT_EQ(daemon_->wait(60s).status, 0);
  const auto own = run({"scan", "--full", "--json"});
  EXPECT_EQ(own.status, 5);
  EXPECT_EQ(asked.err, own.err);
  EXPECT_EQ(asked.json().at("failures"), own.json().at("failures"));
  const auto expected = own.json();
  const auto document = asked.json();
  for (const auto& [key, value] : expected.items()) EXPECT_TRUE(document.contains(key)) << key;
  const auto none = run({"scan", "--accounts", "nobody@*"});
  start({"--method", "polling", "--poll-interval", "86400"});
  const auto asked_none = run({"scan", "--accounts", "nobody@*"});
  EXPECT_EQ(asked_none.status, none.status);
  EXPECT_EQ(asked_none.err, none.err);
}

TEST_F(WatchCommand, ShowsHowFarItsScanIs) {
  make_much_work();
  terminal_ = true;
  const auto ran = run({"scan"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.err, HasSubstr(" accounts, "));
  EXPECT_THAT(ran.err, ::testing::EndsWith("\r\033[K"));
}

TEST_F(WatchCommand, AnswersStatusFresherThanItsFile) {
  const auto before = watcher().at("reported").get<std::string>();
  EXPECT_NE(watcher().at("reported").get<std::string>(), before) << "each answer is of its own time";
  EXPECT_EQ(watcher().at("process"), daemon_->pid());
  EXPECT_EQ(watcher().at("running"), true);
  EXPECT_THAT(run({"status"}).out, HasSubstr("by polling"));
  EXPECT_TRUE(comes_true([&] { return std::filesystem::exists(store_ + "/watching"); }));
  std::filesystem::remove(store_ + "/control");
  EXPECT_EQ(watcher().at("running"), true) << "from the file";
}

TEST_F(WatchCommand, ServesTwoAtOnceAndDoesNotMindWhoGoesAway) {
  make_much_work();
  {
    const auto gone = connect_control(store_);
    LineChannel(gone->get(), 1000).send(R"({"do":"scan"})");
  }
  Process other({program_path(), "scan", "--store", store_, "--json"});
  const auto mine = run({"scan", "--json"});
  EXPECT_EQ(mine.status, 0) << mine.err;
  const auto others = other.wait(60s);
  EXPECT_EQ(others.status, 0) << others.err;
  EXPECT_EQ(mine.json().at("accounts_seen"), 4);
  EXPECT_EQ(nlohmann::json::parse(others.out).at("accounts_seen"), 4);
  EXPECT_GT(run({"status", "--json"}).json().at("items"), 3000);
}

TEST_F(WatchCommand, WhenStoppedDuringAScanIsAnErrorOfThatScan) {
  make_much_work();
  for (const int signal : {SIGTERM, SIGKILL}) {
    Process scan({program_path(), "scan", "--store", store_, "--full"});
    // It waits until it is answered: the daemon does not get to it before it goes on.
    daemon_->send(SIGSTOP);
    std::this_thread::sleep_for(100ms);
    daemon_->send(signal);
    daemon_->send(SIGCONT);
    const auto ended = scan.wait(60s);
    daemon_->wait(60s);
    if (ended.status == 0) continue;  // It was done before, or could scan by itself.
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(store_ + ": the process that watches it "));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    if (signal == SIGTERM) start({"--method", "polling", "--poll-interval", "86400"});
  }
  EXPECT_EQ(run({"scan"}).status, 0) << "and the store is as good as before";
}

TEST_F(WatchCommand, ReloadsItsSettings) {
  const auto pid = daemon_->pid();
  std::ofstream(store_ + "/yestermail.conf", std::ios::app) << "exclude = bob@*\n";
  daemon_->send(SIGHUP);
  EXPECT_TRUE(comes_true([&] {
    const auto out = daemon_->out();
    return out.find("watching;") != out.rfind("watching;");
  }));
  EXPECT_TRUE(comes_true([&] { return watcher().at("state") == "watching"; }));
  EXPECT_EQ(run({"scan", "--json"}).json().at("accounts_seen"), 3);
  EXPECT_EQ(watcher().at("process"), pid);
}

}  // namespace
}  // namespace yestermail::test
