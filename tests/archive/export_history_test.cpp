// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include "base/digest.h"
#include "tests/archive/export_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kAliceDirectory = "/accounts/alice@example.com";

using ExportGaps = ExportTest;

/// A mail that arrives, is read, moved and deleted, beside one that stays.
class ExportHistory : public ExportTest {
 protected:
  void SetUp() override {
    make_scanned_store();
    alice().deliver("", "1.life", kMail);
    alice().deliver("", "2.stays", sample_mail(4712));
    step();
    fs::rename(alice().root() + "/new/1.life", alice().root() + "/cur/1.life:2,S");
    step();
    alice().move("", "1.life:2,S", ".Projects");
    step();
    alice().remove(".Projects", "1.life:2,S");
    step();
  }
  void step() {
    scan();
    instants_.push_back(last_change());
  }

  /// The lines about one mail.
  static std::vector<json> life(const std::string& extracted, const std::string& base) {
    auto lines = lines_of(extracted + kAliceDirectory + "/history.jsonl");
    std::erase_if(lines, [&](const json& line) { return !line.at("name").get<std::string>().starts_with(base); });
    return lines;
  }
  static std::string blob(const std::string& bytes) {
    const auto name = Digest::of(as_bytes(bytes)).hex();
    return kAliceDirectory + "/blobs/" + name.substr(0, 2) + "/" + name;
  }

  const std::string kMail = sample_mail(4711);
  std::vector<std::string> instants_;
};

TEST_F(ExportHistory, TellsTheLifeOfADeletedMailAndHasItsBytes) {
  const auto extracted = export_and_extract({"--history"});
  const auto lines = life(extracted, "1.life");
  ASSERT_EQ(lines.size(), 3U);
  const std::vector<std::string> folders{"new", "cur", ".Projects/cur"};
  const std::vector<std::string> causes{"arrived", "renamed", "moved"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].at("folder"), folders[i]);
    EXPECT_EQ(lines[i].at("name"), i == 0 ? "1.life" : "1.life:2,S");
    EXPECT_EQ(lines[i].at("cause"), causes[i]);
    EXPECT_EQ(lines[i].at("kind"), "message");
    EXPECT_EQ(lines[i].at("since"), instants_[i]);
    EXPECT_LE(lines[i].at("until").get<std::string>(), instants_[i + 1]);
    EXPECT_EQ(lines[i].at("item"), lines[0].at("item"));
    EXPECT_EQ(lines[i].at("size"), kMail.size());
    EXPECT_EQ(lines[i].at("digest"), Digest::of(as_bytes(kMail)).hex());
    EXPECT_EQ(lines[i].at("subject"), "Mail number 4711");
  }
  EXPECT_EQ(read_text(extracted + blob(kMail)), kMail);
  // What is in the Maildir has its bytes there alone.
  ASSERT_EQ(life(extracted, "2.stays").size(), 1U);
  EXPECT_TRUE(life(extracted, "2.stays")[0].at("until").is_null());
  EXPECT_FALSE(fs::exists(extracted + blob(sample_mail(4712))));
  // What has a line is in the archive.
  std::set<std::string> contents;
  for (const auto& line : lines_of(extracted + "/manifest.jsonl")) contents.insert(line.at("sha256"));
  for (const auto& line : lines_of(extracted + kAliceDirectory + "/history.jsonl")) {
    const bool has_bytes = line.contains("digest") && line.at("size") > 0;
    if (has_bytes) {
      EXPECT_TRUE(contents.contains(line.at("digest"))) << line;
    }
  }
}

TEST_F(ExportHistory, EndsAtTheInstantAndIsLeftOutUnlessItIsAskedFor) {
  const auto extracted = export_and_extract({"--history", "--at", instants_[1]});
  const auto lines = life(extracted, "1.life");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_FALSE(lines[0].at("until").is_null());
  EXPECT_TRUE(lines[1].at("until").is_null());
  EXPECT_FALSE(fs::exists(extracted + blob(kMail)));
  EXPECT_EQ(read_text(extracted + kAliceDirectory + "/maildir/cur/1.life:2,S"), kMail);
  const auto without = export_and_extract();
  EXPECT_FALSE(fs::exists(without + kAliceDirectory + "/history.jsonl"));
  EXPECT_FALSE(fs::exists(without + kAliceDirectory + "/blobs"));
}

TEST_F(ExportHistory, HasAccountsThatEndedAsTheyWereLast) {
  copy_mail(directory_ / "then");
  {
    const auto recorder = open_recorder(world_, store_);
    recorder->end_account(recorder->view().account_named("bob@example.com", kForever)->number);
  }
  fs::remove_all(bob().root() + "/..");
  auto living = maildirs();
  living.erase("bob@example.com");
  expect_trees(export_and_extract(), living);
  const auto extracted = export_and_extract({"--history"});
  expect_trees(extracted, living);
  std::vector<fs::path> ended(fs::directory_iterator(extracted + "/ended"), {});
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_TRUE(ended[0].filename().string().starts_with("bob@example.com~"));
  EXPECT_EQ(joined(compare_trees(directory_ / "then/example.com/bob/Maildir", ended[0] / "maildir")), "");
  const auto account = json::parse(read_text(ended[0] / "account.json"));
  EXPECT_FALSE(account.at("until").is_null());
  EXPECT_FALSE(lines_of(ended[0] / "history.jsonl").empty());
  EXPECT_EQ(run({"export", "--to", directory_ / "x", "bob@example.com"}).status, 1);
}

TEST_F(ExportGaps, TellsWhereChangesMayHaveBeenMissed) {
  make_scanned_store();
  {
    const auto recorder = open_recorder(world_, store_);
    const auto now = recorder->view().last_instant();
    recorder->record_gap(kServerAccount, {Instant{now.value - 5}, now, GapReason::kEventsLost, "too many"});
  }
  const auto extracted = export_and_extract();
  const auto gaps = json::parse(read_text(extracted + kAliceDirectory + "/account.json")).at("gaps");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].at("reason"), "events lost");
  EXPECT_EQ(gaps[0].at("text"), "too many");
}

}  // namespace
}  // namespace yestermail::test
