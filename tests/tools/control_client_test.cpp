// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/control_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

constexpr const char* kPurged = R"({"result":{"versions":8,"blobs":3,"bytes_before":7,"bytes_after":5,"left":["x"]}})";

/// Answers one request with these lines and goes away.
class OneAnswer {
 public:
  OneAnswer(const std::string& store, Lines lines)
      : lines_(std::move(lines)), listener_(store), thread_([this] { serve(); }) {}
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() {
    listener_.stop();
    if (thread_.joinable()) thread_.join();
  }
  /// What it was asked.
  std::string request() {
    thread_.join();
    return request_;
  }

 private:
  void serve() {
    const auto socket = listener_.accept();
    if (!socket) return;
    LineChannel channel(socket->get(), 1U << 20U);
    channel.read(request_, 20s);
    for (const auto& line : lines_) channel.send(line);
  }

  const Lines lines_;
  std::string request_;
  ControlListener listener_;
  std::thread thread_;
};

struct SeenProgress final : ScanProgress {
  void account_begun(std::string_view /*account*/, const ScanTally& /*tally*/) override {}
  void advanced(const ScanTally& tally) override { items.push_back(tally.items_done); }
  void committing(const ScanTally& tally) override { committed.push_back(tally.items_done); }
  std::vector<std::uint64_t> items;
  std::vector<std::uint64_t> committed;
};

struct SeenImport final : ImportProgress {
  void expect(std::uint64_t files, std::uint64_t /*bytes*/) override { expected = files; }
  void advanced(std::uint64_t files, std::uint64_t /*bytes*/) override { done = files; }
  void told(const ImportNote& note) override { notes.push_back(note); }
  std::uint64_t expected = 0;
  std::uint64_t done = 0;
  std::vector<ImportNote> notes;
};

class ControlClientTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(store_); }

  using Ask = std::function<void(ControlClient&)>;
  /// The error that this makes of the answer.
  Error told(const Lines& answer, const Ask& ask) {
    OneAnswer daemon(store_, answer);
    auto client = ControlClient::connect(store_);
    try {
      ask(*client);
    } catch (const Error& error) {
      return error;
    }
    return {Errc::kUsage, "nothing went wrong"};
  }

  TempDirectory directory_;
  std::string store_ = directory_ / "store";
  SeenProgress progress_;
  const Ask scan_ = [this](ControlClient& client) { client.scan({}, progress_); };
  const Ask remove_ = [](ControlClient& client) { client.remove_setting("hold x"); };
  const Ask purge_ = [](ControlClient& client) { client.purge(Json{{"do", "purge"}}); };
  SeenImport imported_;
  const Ask import_ = [this](ControlClient& client) { client.import({"/there", kForever, {}}, imported_); };
};

TEST_F(ControlClientTest, IsNoneWhereNobodyListens) { EXPECT_FALSE(ControlClient::connect(store_)); }

TEST_F(ControlClientTest, WaitsForTheResultBehindAllThatComesBefore) {
  OneAnswer daemon(store_, {R"({"progress":{"doing":"purging"}})", R"({"progress":{"doing":"purging"}})", kPurged});
  auto client = ControlClient::connect(store_);
  const auto result = client->purge(Json{{"do", "purge"}});
  EXPECT_EQ(result.versions, 8U);
  EXPECT_EQ(result.left, Lines{"x"});
  EXPECT_EQ(daemon.request(), R"({"do":"purge"})");
}

TEST_F(ControlClientTest, HandsOnHowFarAScanIs) {
  const std::string tally =
      R"("accounts_total":3,"accounts_planned":1,"items_planned":9,"items_done":4,"bytes_done":5,"planned_all":false)";
  told({R"({"progress":{)" + tally + R"(,"doing":"scanning"}})",
        R"({"progress":{)" + tally + R"(,"doing":"committing"}})"},
       scan_);
  EXPECT_EQ(progress_.items, std::vector<std::uint64_t>{4});
  EXPECT_EQ(progress_.committed, std::vector<std::uint64_t>{4});
}

TEST_F(ControlClientTest, HandsOnWhatBecameOfEachItemOfAnImport) {
  const std::string far =
      R"({"progress":{"doing":"importing","files":4,"bytes":5,"expected_files":9,"expected_bytes":0,"items":)";
  const auto error = told({far + R"([{"what":"recorded","account":"a","path":"cur/\\xff"}]}})",
                           far + R"([{"what":"failed","account":"","path":"p","why":"broken"}]}})"},
                          import_);
  EXPECT_THAT(error.what(), HasSubstr("went away during the import; what was told until then is safe"));
  EXPECT_EQ(imported_.expected, 9U);
  EXPECT_EQ(imported_.done, 4U);
  ASSERT_EQ(imported_.notes.size(), 2U);
  EXPECT_EQ(imported_.notes[0].path, "cur/\xff");
  EXPECT_EQ(imported_.notes[0].fate, ImportFate::kRecorded);
  EXPECT_EQ(imported_.notes[1].fate, ImportFate::kFailed);
  EXPECT_EQ(imported_.notes[1].why, "broken");
}

TEST_F(ControlClientTest, TellsARefusalInItsOwnWordsAndCode) {
  const Lines full{R"({"error":{"code":"no_space","text":"no room"}})"};
  for (const auto& ask : {remove_, purge_}) {
    const auto error = told(full, ask);
    EXPECT_EQ(error.code(), Errc::kNoSpace);
    EXPECT_STREQ(error.what(), "no room");
  }
  const auto error = told(full, scan_);
  EXPECT_EQ(error.code(), Errc::kNoSpace);
  EXPECT_THAT(error.what(), AllOf(HasSubstr(store_), HasSubstr("did not scan: no room")));
}

TEST_F(ControlClientTest, SaysWhatItMeansThatNoAnswerComes) {
  EXPECT_THAT(told({}, scan_).what(), HasSubstr("went away during the scan; what was recorded until then is safe"));
  EXPECT_THAT(told({}, purge_).what(), HasSubstr("went away during the purge"));
  EXPECT_THAT(told({R"({"progress":{"doing":"purging"}})"}, purge_).what(), HasSubstr("went away during the purge"));
  EXPECT_THAT(told({}, remove_).what(), HasSubstr("does not answer: see whether the setting is there"));
}

TEST_F(ControlClientTest, SeesThatTheOtherSpeaksAnotherLanguage) {
  for (const auto& ask : {scan_, purge_, import_}) {
    for (const auto* line : {"hello", "[]", "7", "{}", R"({"result":{}})", R"({"error":"bad"})"}) {
      const auto error = told({line}, ask);
      EXPECT_EQ(error.code(), Errc::kFailed);
      EXPECT_THAT(error.what(), AllOf(HasSubstr(store_), HasSubstr("another version"))) << line;
    }
  }
  EXPECT_THAT(told({"hello"}, remove_).what(), HasSubstr("another version"));
}

TEST_F(ControlClientTest, TakesWhateverIsNoReportForNoStatus) {
  for (const auto* line : {"hello", "{}", R"({"error":{"code":"failed","text":"no"}})", R"({"result":{}})"}) {
    OneAnswer daemon(store_, {line});
    EXPECT_FALSE(ControlClient::connect(store_)->status()) << line;
    EXPECT_EQ(daemon.request(), R"({"do":"status"})");
  }
}

}  // namespace
}  // namespace yestermail::test
