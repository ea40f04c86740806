// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>

#include "base/checksum.h"
#include "base/hex.h"
#include "store/store.h"
#include "tests/support/fault_filesystem.h"
#include "tests/support/recording_log.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

using ScanCommand = StoreCommandTest;

TEST_F(ScanCommand, TellsWhatItRecorded) {
  make_store();
  const auto first = run({"scan"});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(first.err, "");
  EXPECT_THAT(first.out, MatchesRegex("scanned 4 accounts \\(4 new\\) in [0-9.]+ s: items [0-9]+ arrived; .* read\n"));
  const auto second = run({"scan"});
  EXPECT_EQ(second.status, 0);
  EXPECT_THAT(second.out, MatchesRegex("scanned 4 accounts in [0-9.]+ s: nothing changed.*\n"));
}

TEST_F(ScanCommand, CountsEveryKindOfChangeInJson) {
  make_store();
  bob().put("", "gone:2,", sample_mail(1));
  bob().put("", "flagged:2,", sample_mail(2));
  bob().put("", "moving:2,", sample_mail(3));
  scan();
  bob().remove("", "gone:2,");
  bob().rename("", "flagged:2,", "flagged:2,S");
  bob().move("", "moving:2,", ".Trash");
  bob().deliver("", "fresh", sample_mail(4));
  const auto ran = run({"scan", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  const auto json = ran.json();
  EXPECT_EQ(json.at("items_arrived"), 1);
  EXPECT_EQ(json.at("items_deleted"), 1);
  EXPECT_EQ(json.at("items_renamed"), 1);
  EXPECT_EQ(json.at("items_moved"), 1);
  EXPECT_EQ(json.at("items_failed"), 0);
  EXPECT_EQ(json.at("items_unconfirmed"), 0);
  EXPECT_EQ(json.at("accounts_seen"), 4);
  EXPECT_EQ(json.at("failures"), nlohmann::json::array());
  EXPECT_EQ(json.at("last_change"), last_change());
}

TEST_F(ScanCommand, ListsWhatFailedAndGoesOn) {
  make_store();
  const auto cur = alice().root() + "/cur/";
  std::filesystem::create_symlink("/etc/passwd", cur + "link\x1b:2,");
  const auto ran = run({"scan"});
  EXPECT_EQ(ran.status, 5);
  EXPECT_THAT(ran.err, HasSubstr("link\\x1b"));
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(" refused"));
  EXPECT_EQ(run({"accounts", "--json"}).json().size(), 4U);
  const auto json = run({"scan", "--full", "--json", "--quiet"});
  EXPECT_EQ(json.status, 5);
  EXPECT_EQ(json.json().at("failures").size(), 1U);
}

TEST_F(ScanCommand, ListsFailuresOnlyUpToALimit) {
  make_store();
  const auto cur = alice().root() + "/cur/";
  for (int i = 0; i < 250; ++i) std::filesystem::create_symlink("/nowhere", cur + "link" + std::to_string(i));
  const auto ran = run({"scan"});
  EXPECT_EQ(ran.status, 5);
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 201);
  EXPECT_THAT(ran.err, HasSubstr("yestermail: and 50 more\n"));
}

TEST_F(ScanCommand, SaysNothingWhenQuiet) {
  make_store();
  const auto ran = run({"scan", "--quiet"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "");
}

TEST_F(ScanCommand, ShowsProgressOnATerminalAndTakesItAway) {
  make_store();
  terminal_ = true;
  const auto ran = run({"scan"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.err, HasSubstr("accounts, "));
  EXPECT_THAT(ran.err, ::testing::EndsWith("\r\033[K"));
}

TEST_F(ScanCommand, TakesOnlyTheAccountsThatItIsGiven) {
  make_store();
  ASSERT_EQ(run({"scan", "--accounts", "bob@*", "--accounts", "carol@*", "--exclude", "*.net"}).status, 0);
  EXPECT_EQ(run({"list"}).out, "bob@example.com\n");
  ASSERT_EQ(run({"scan"}).status, 0);
  EXPECT_EQ(run({"accounts", "--json"}).json().size(), 4U);
  ASSERT_EQ(run({"scan", "--accounts", "bob@*"}).status, 0);
  EXPECT_EQ(run({"accounts", "--json"}).json().size(), 4U) << "what was not looked at has not ended";
  const auto none = run({"scan", "--accounts", "nobody@*"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("--accounts"));
}

TEST_F(ScanCommand, SaysWhatHappensToTheHistoryOfAnAccountThatIsLeftOut) {
  make_scanned_store();
  EXPECT_THAT(run({"scan"}).out, Not(HasSubstr("left out")));
  std::ofstream(store_ + "/yestermail.conf", std::ios::app) << "exclude = bob@*\n";
  bob().put("", "new:2,", "Subject: new\n\nnew\n");
  const auto ran = run({"scan"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("\n1 account left out by the patterns, whose history stays as it is and is not "
                                 "continued: bob@example.com\n"));
  EXPECT_EQ(run({"scan", "--json"}).json().at("accounts_left_out"), 1);
  EXPECT_THAT(run({"scan", "--quiet"}).out, "");
  // It has not ended, even where its mailbox is gone.
  std::filesystem::remove_all(mail_ + "/example.com/bob");
  ASSERT_EQ(run({"scan"}).status, 0);
  EXPECT_THAT(run({"accounts"}).out, HasSubstr("bob@example.com"));
  EXPECT_EQ(run({"cat", "bob@example.com/INBOX/new"}).status, 1);
}

TEST_F(ScanCommand, RefusesWrongThreads) {
  expect_usage_error(run({"scan", "--threads", "0"}), "--threads", "yestermail scan --help");
  expect_usage_error(run({"scan", "--threads", "many"}), "--threads", "yestermail scan --help");
  expect_usage_error(run({"scan", "word"}), "\"word\"", "yestermail scan --help");
}

TEST_F(ScanCommand, SaysWhoHoldsTheStore) {
  make_store();
  RecordingLog log;
  const auto recorder = open_recorder({real_disk_, clock_, log}, store_);
  const auto ran = run({"scan"});
  EXPECT_EQ(ran.status, 4);
  EXPECT_EQ(ran.err, "yestermail: " + store_ + ": process " + std::to_string(::getpid()) +
                         " is writing to this store: wait until it is done\n");
  EXPECT_EQ(run({"status", "--json"}).json().at("writer"),
            nlohmann::json({{"running", true}, {"process", ::getpid()}}));
}

TEST_F(ScanCommand, SaysThatTheDiskIsFullAndGoesOnWhenItIsNot) {
  make_store();
  bool failed = true;
  for (std::uint64_t step = 1; failed; step += 1 + step / 2) {
    FaultFilesystem full(store_);
    disk_ = &full;
    full.fail_at(step, ENOSPC, true);
    const auto ran = run({"scan"});
    disk_ = &real_disk_;
    failed = ran.status != 0;
    if (!failed) break;
    EXPECT_EQ(ran.status, 1) << step;
    EXPECT_THAT(ran.err, HasSubstr("No space left on device")) << step;
    EXPECT_THAT(ran.err, HasSubstr("make room for " + store_)) << step;
    EXPECT_EQ(ran.out, "") << step;
  }
  EXPECT_EQ(run({"scan"}).status, 0);
  EXPECT_EQ(run({"accounts", "--json"}).json().size(), 4U);
  EXPECT_EQ(run({"cat", "alice@example.com/INBOX/dovecot-keywords"}).status, 0);
}

TEST_F(ScanCommand, RecordsNothingTwiceWhenItsOutputIsClosed) {
  make_store();
  scan();
  EXPECT_THAT(run({"scan"}).out, HasSubstr("nothing changed"));
  EXPECT_THAT(run({"scan", "--full"}).out, Not(HasSubstr("arrived")));
}

/// Commands that open a store must all say what is wrong with it.
class BadStore : public StoreCommandTest {
 protected:
  std::vector<std::vector<std::string>> commands() const {
    return {{"scan"}, {"mount", directory_ / "mnt"},       {"accounts"},
            {"list"}, {"list", "alice@example.com/INBOX"}, {"status"},
            {"log"},  {"cat", "alice@example.com/INBOX/x"}};
  }
  void expect_error(int status, const std::string& text) {
    std::filesystem::create_directories(directory_ / "mnt");
    for (const auto& words : commands()) {
      const auto ran = run(words);
      EXPECT_EQ(ran.status, status) << words[0];
      EXPECT_EQ(ran.out, "") << words[0];
      EXPECT_THAT(ran.err, HasSubstr(text)) << words[0];
      EXPECT_THAT(ran.err, HasSubstr(store_)) << words[0];
      EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    }
  }
};

TEST_F(BadStore, ThatIsMissingIsNamed) { expect_error(1, "no such directory"); }

TEST_F(BadStore, ThatIsAnotherDirectoryIsNamed) {
  std::filesystem::create_directory(store_);
  std::ofstream(store_ + "/file") << "x";
  expect_error(1, "not a store");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(store_), {}), 1) << "nothing was made in it";
}

TEST_F(BadStore, OfANewerFormatIsRefused) {
  make_store();
  const auto path = store_ + "/yestermail.store";
  auto text = read_text(path);
  // Both copies, each with a checksum that is right (docs/format.md 2).
  for (std::size_t at = 0; at < text.size(); at += 4096) {
    auto block = text.substr(at, 4096);
    block.replace(block.find("format 1"), 8, "format 2");
    const auto lines = block.substr(0, block.find("checksum "));
    Bytes sum;
    const auto number = checksum(as_bytes(lines));
    for (int shift = 56; shift >= 0; shift -= 8) sum.push_back(static_cast<std::byte>(number >> shift));
    block = lines + "checksum " + to_hex(sum) + "\n";
    block.resize(4096, '\n');
    text.replace(at, 4096, block);
  }
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  std::ofstream(path, std::ios::binary) << text;
  expect_error(1, "newer");
}

TEST_F(BadStore, WhoseHeaderIsDamagedIsReportedAsSuch) {
  make_store();
  std::filesystem::permissions(store_ + "/yestermail.store", std::filesystem::perms::owner_all);
  std::ofstream(store_ + "/yestermail.store", std::ios::binary) << std::string(8192, 'x');
  expect_error(3, "yestermail.store");
}

}  // namespace
}  // namespace yestermail::test
