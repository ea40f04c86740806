// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "base/error.h"
#include "tests/support/recording_log.h"
#include "tests/support/temp_directory.h"
#include "tools/control_client.h"
#include "tools/control_messages.h"
#include "tools/control_server.h"

namespace yestermail::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Got = LineChannel::Got;

/// Gives back what it was asked; can be made to wait.
class Echo final : public ControlService {
 public:
  Json answer(const Json& request, const Progress& progress) override {
    if (request.contains("fail")) throw Error(Errc::kNoSpace, "no \\x41 \xff room");
    if (request.contains("wait")) {
      ++waiting_;
      for (const auto go = go_.get_future().share(); go.wait_for(1ms) != std::future_status::ready;) {
        progress({{"still", "waiting"}});
      }
      ++done_;
    }
    return {{"asked", request}};
  }

  std::promise<void> go_;
  std::atomic<int> waiting_{0};
  std::atomic<int> done_{0};
};

class Control : public ::testing::Test {
 protected:
  struct Asking {
    explicit Asking(const std::string& store) : socket(connect_control(store)), channel(socket->get(), 1U << 20U) {}
    std::string ask(const std::string& line) {
      channel.send(line);
      return next();
    }
    std::string next() {
      std::string line;
      return channel.read(line, 20s) == Got::kLine ? line : "nothing";
    }
    Got end() {
      std::string line;
      return channel.read(line, 20s);
    }
    std::optional<Fd> socket;
    LineChannel channel;
  };

  void serve(const ControlLimits& limits = {}) { server_.emplace(store_, service_, log_, limits); }
  template <class Condition>
  static bool comes_true(Condition&& condition) {
    for (int i = 0; i < 20'000; ++i, std::this_thread::sleep_for(1ms)) {
      if (condition()) return true;  // Asked once: asking again would be one connection more.
    }
    return false;
  }

  TempDirectory directory_;
  std::string store_ = directory_ / "store";
  RecordingLog log_;
  Echo service_;
  std::optional<ControlServer> server_;

  void SetUp() override { std::filesystem::create_directories(store_); }
};

TEST_F(Control, AnswersOneRequestALine) {
  serve();
  Asking client(store_);
  EXPECT_EQ(client.ask(R"({"a":1})"), R"({"result":{"asked":{"a":1}}})");
  client.channel.send("{\"b\":2}\n{\"c\":3}");
  EXPECT_EQ(client.next(), R"({"result":{"asked":{"b":2}}})");
  EXPECT_EQ(client.next(), R"({"result":{"asked":{"c":3}}})");
}

TEST_F(Control, IsForOneUserAlone) {
  serve();
  struct stat made {};
  ASSERT_EQ(::stat((store_ + "/control").c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777U, 0600U);
  Asking client(store_);
  EXPECT_EQ(peer_of(client.socket->get()), ::geteuid());
}

TEST_F(Control, TakesAStoreWhosePathIsLongerThanAnAddress) {
  for (int i = 0; i < 5; ++i) store_ += "/" + std::string(100, 'x');
  std::filesystem::create_directories(store_);
  serve();
  EXPECT_THAT(Asking(store_).ask("{}"), HasSubstr("result"));
}

TEST_F(Control, ReplacesWhatADeadOneLeftButNothingElse) {
  {
    ControlListener dead(store_);
    std::filesystem::rename(store_ + "/control", store_ + "/kept");
  }
  std::filesystem::rename(store_ + "/kept", store_ + "/control");
  EXPECT_FALSE(connect_control(store_));
  serve();
  EXPECT_THAT(Asking(store_).ask("{}"), HasSubstr("result"));
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(store_ + "/control"));
  std::ofstream(store_ + "/control") << "mine";
  EXPECT_THROW(serve(), Error);
  EXPECT_TRUE(std::filesystem::exists(store_ + "/control"));
}

TEST_F(Control, LeavesTheSocketOfItsSuccessor) {
  auto first = std::make_unique<ControlServer>(store_, service_, log_);
  serve();
  first.reset();
  EXPECT_THAT(Asking(store_).ask("{}"), HasSubstr("result"));
}

TEST_F(Control, TellsErrorsWithTheirClassAndEveryByte) {
  serve();
  Asking client(store_);
  const auto answer = Json::parse(client.ask(R"({"fail":1})"));
  const auto error = error_of(answer.at("error"));
  EXPECT_EQ(error.code(), Errc::kNoSpace);
  EXPECT_STREQ(error.what(), "no \\x41 \xff room");
  EXPECT_THAT(client.ask("{}"), HasSubstr("result")) << "and goes on";
}

TEST_F(Control, AnswersGarbageWithOneLine) {
  serve();
  Asking client(store_);
  for (const std::string line : {"", "hello", "[1]", "7", "{\"a\":", "{}{}", "\xff\xfe", "null", "{\"a\":\"\xff\"}"}) {
    EXPECT_THAT(client.ask(line), HasSubstr("one JSON object a line")) << line;
  }
  EXPECT_THAT(client.ask(std::string(1, '\0')), HasSubstr("one JSON object a line"));
  EXPECT_THAT(client.ask(std::string(60'000, '[')), HasSubstr("one JSON object a line"));
}

TEST_F(Control, SurvivesAnyBytes) {
  serve();
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Asking client(store_);
    std::string bytes;
    const auto size = random() % 300;
    for (std::size_t i = 0; i < size; ++i) {
      // Half of it is what JSON is made of.
      bytes += random() % 2 == 0 ? static_cast<char>(random()) : std::string("{}[]\":,\\u0do")[random() % 12];
    }
    client.channel.send(bytes);
  }
  // Those that were just left are still counted for a moment.
  std::string answer;
  for (int tries = 0; tries < 200 && answer.find("result") == std::string::npos; ++tries) {
    if (tries > 0) std::this_thread::sleep_for(20ms);
    answer = Asking(store_).ask("{}");
  }
  EXPECT_THAT(answer, HasSubstr("result"));
}

TEST_F(Control, CutsOffWhoSendsTooMuchOrNothing) {
  ControlLimits limits;
  limits.request_bytes = 1000;
  limits.patience = 200ms;
  serve(limits);
  {
    Asking client(store_);
    EXPECT_THAT(client.ask(R"({"a":")" + std::string(980, 'x') + R"("})"), HasSubstr("result"));
    EXPECT_THAT(client.ask(std::string(1001, '{')), HasSubstr("longer than 1000 bytes"));
    EXPECT_EQ(client.end(), Got::kEnd);
  }
  Asking silent(store_);
  EXPECT_THAT(silent.next(), HasSubstr("nothing was asked"));
  EXPECT_EQ(silent.end(), Got::kEnd);
}

TEST_F(Control, TurnsAwayWhoIsOneTooMany) {
  ControlLimits limits;
  limits.clients = 2;
  serve(limits);
  std::optional<Asking> first(std::in_place, store_);
  Asking second(store_);
  EXPECT_THAT(first->ask("{}"), HasSubstr("result"));
  EXPECT_THAT(second.ask("{}"), HasSubstr("result"));
  Asking third(store_);
  EXPECT_THAT(third.next(), HasSubstr("too many"));
  EXPECT_EQ(third.end(), Got::kEnd);
  first.reset();
  EXPECT_TRUE(comes_true([&] { return Asking(store_).ask("{}").find("result") != std::string::npos; }));
}

TEST_F(Control, ServesOthersWhileOneWaits) {
  serve();
  Asking slow(store_);
  slow.channel.send(R"({"wait":1})");
  EXPECT_THAT(slow.next(), HasSubstr(R"({"progress":{"still":"waiting"}})"));
  EXPECT_THAT(Asking(store_).ask("{}"), HasSubstr("result"));
  service_.go_.set_value();
  std::string line;
  while ((line = slow.next()).find("progress") != std::string::npos) continue;
  EXPECT_THAT(line, HasSubstr("result"));
}

TEST_F(Control, FinishesWhatAClientThatWentAwayAskedFor) {
  serve();
  {
    Asking gone(store_);
    gone.channel.send(R"({"wait":1})");
    ASSERT_TRUE(comes_true([&] { return service_.waiting_ == 1; }));
  }
  std::this_thread::sleep_for(20ms);
  EXPECT_THAT(Asking(store_).ask("{}"), HasSubstr("result"));
  service_.go_.set_value();
  EXPECT_TRUE(comes_true([&] { return service_.done_ == 1; }));
}

TEST_F(Control, EndsWithAnAnswerToEveryRequest) {
  serve();
  Asking idle(store_);
  EXPECT_THAT(idle.ask("{}"), HasSubstr("result"));
  Asking busy(store_);
  busy.channel.send(R"({"wait":1})");
  ASSERT_TRUE(comes_true([&] { return service_.waiting_ == 1; }));
  auto ended = std::async(std::launch::async, [&] { server_.reset(); });
  EXPECT_EQ(idle.end(), Got::kEnd);
  service_.go_.set_value();
  ended.get();
  std::string line;
  while ((line = busy.next()).find("progress") != std::string::npos) continue;
  EXPECT_THAT(line, HasSubstr("result"));
}

TEST(ControlMessages, KeepWhatTheySay) {
  ScanOptions options;
  options.full = true;
  options.threads = 3;
  options.accounts = {"a*", "\\x41", "\xff\n"};
  options.exclude = {"\\"};
  const auto request = scan_request(Json::parse(scan_request_json(options).dump()));
  EXPECT_EQ(request.full, true);
  EXPECT_EQ(request.threads, 3U);
  EXPECT_EQ(request.accounts, options.accounts);
  EXPECT_EQ(request.exclude, options.exclude);
  ScanReport report;
  report.accounts_seen = 1;
  report.unconfirmed = 2;
  report.bytes_read = 1ULL << 60U;
  report.failures = {"x\\x1b", "\xc3\xa4"};
  report.failures_total = 900;
  const auto back = scan_report_of(Json::parse(scan_report_json(report).dump()));
  EXPECT_EQ(scan_report_json(back), scan_report_json(report));
  EXPECT_EQ(back.failures, report.failures);
  EXPECT_EQ(back.bytes_read, report.bytes_read);
}

TEST(ControlMessages, RefuseWhatTheyDoNotKnow) {
  for (const auto* text : {R"({"do":"scan","ful":true})", R"({"do":"scan","full":1})", R"({"do":"scan","threads":-1})",
                           R"({"do":"scan","threads":1e9})", R"({"do":"scan","threads":4294967297})",
                           R"({"do":"scan","accounts":"x"})", R"({"do":"scan","accounts":[1]})"}) {
    try {
      scan_request(Json::parse(text));
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::kUsage) << text;
    }
  }
}

}  // namespace
}  // namespace yestermail::test
