// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iostream>

#include "base/error.h"
#include "store/store.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
namespace fs = std::filesystem;

/// bob after two scans: a mail that stays, one that was deleted between them, one with an attachment.
class FindCommand : public StoreCommandTest {
 protected:
  void SetUp() override {
    bob().put("", "1.kept:2,S", "From: Carol <carol@example.org>\nSubject: Quarterly figures\n\nkept words\n");
    bob().put("", "2.gone:2,", "From: dave@example.org\nSubject: Zebra party\n\ngone words\n");
    bob().put(".Projects.R&-D", "3.bill:2,F",
              "From: carol@example.org\nSubject: Zebra bill\nContent-Type: application/pdf; name=bill.pdf\n\nx\n");
    make_scanned_store();
    first_ = last_change();
    bob().remove("", "2.gone:2,");
    scan();
  }

  std::vector<std::string> subjects(std::vector<std::string> words) {
    words.insert(words.begin(), {"find", "--json"});
    const auto ran = run(words);
    std::vector<std::string> all;
    if (ran.status != 0) return all;
    for (const auto& item : ran.json()) all.push_back(item.at("subject"));
    std::sort(all.begin(), all.end());
    return all;
  }

  std::string first_;
};

TEST_F(FindCommand, ShowsWhatWhereAndWhetherItIsThere) {
  const auto ran = run({"find", "subject:zebra"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 2) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("Zebra party"));
  EXPECT_THAT(ran.out, HasSubstr("dave@example.org"));
  EXPECT_THAT(ran.out, HasSubstr("deleted 20"));
  EXPECT_THAT(ran.out, HasSubstr("there"));
  EXPECT_THAT(ran.out, HasSubstr("'bob@example.com/Projects/R&D/~"));
  EXPECT_THAT(ran.out, HasSubstr("bob@example.com/INBOX/~"));
}

TEST_F(FindCommand, TellsWhatRestoreAndCatTake) {
  const auto line = run({"find", "subject:\"zebra party\""}).out;
  const auto place = line.substr(line.rfind("bob@example.com/INBOX/~"));
  const auto item = place.substr(0, place.find(' '));
  const auto at = place.substr(place.find("--at ") + 5, place.find('\n') - place.find("--at ") - 5);
  EXPECT_THAT(run({"cat", item, "--at", at}).out, EndsWith("gone words\n"));
  const auto restored = run({"restore", item, "--at", at, "--to", directory_ / "back"});
  EXPECT_EQ(restored.status, 0) << restored.err;
  EXPECT_EQ(read_text(directory_ / "back/cur/2.gone:2,"),
            "From: dave@example.org\nSubject: Zebra party\n\ngone words\n");
  const auto kept = run({"find", "quarterly"}).out;
  EXPECT_THAT(kept, EndsWith(" --at now\n"));
}

TEST_F(FindCommand, TakesTheWholeQueryInOneWordOrSeveral) {
  EXPECT_THAT(subjects({"zebra", "from:carol"}), ElementsAre("Zebra bill"));
  EXPECT_THAT(subjects({"zebra from:carol"}), ElementsAre("Zebra bill"));
  EXPECT_THAT(subjects({"zebra -party"}), ElementsAre("Zebra bill"));
  EXPECT_THAT(subjects({"--", "zebra", "-party"}), ElementsAre("Zebra bill"));
  EXPECT_THAT(subjects({"has:attachment filename:bill"}), ElementsAre("Zebra bill"));
  EXPECT_THAT(subjects({"is:flagged in:Projects"}), ElementsAre("Zebra bill"));
  EXPECT_THAT(subjects({"in:Projects/R&D zebra"}), ElementsAre("Zebra bill"));
}

TEST_F(FindCommand, LooksAtAnInstantOrForWhatIsGone) {
  EXPECT_THAT(subjects({"zebra"}), ElementsAre("Zebra bill", "Zebra party"));
  EXPECT_THAT(subjects({"zebra", "--at", "now"}), ElementsAre("Zebra bill"));
  EXPECT_THAT(subjects({"zebra", "--at", first_}), ElementsAre("Zebra bill", "Zebra party"));
  EXPECT_THAT(subjects({"zebra", "--deleted"}), ElementsAre("Zebra party"));
  EXPECT_THAT(subjects({"zebra", "is:deleted"}), ElementsAre("Zebra party"));
  EXPECT_THAT(subjects({"zebra", "--deleted", "--at", first_}), IsEmpty());
  const auto gone = run({"find", "zebra", "--deleted", "--json"}).json().at(0);
  EXPECT_EQ(gone.at("state"), "deleted");
  EXPECT_EQ(gone.at("account"), "bob@example.com");
  EXPECT_EQ(gone.at("folder"), "INBOX");
  EXPECT_TRUE(gone.at("gone").is_string());
  EXPECT_TRUE(gone.at("at").is_string());
}

TEST_F(FindCommand, LooksInTheAccountsThatAreWanted) {
  alice().put("", "9.zebra:2,", "Subject: Zebra of Alice\n\n\n");
  scan();
  EXPECT_THAT(subjects({"zebra", "--account", "alice@*"}), ElementsAre("Zebra of Alice"));
  EXPECT_THAT(subjects({"zebra", "--account", "alice@*", "--account", "bob@example.com"}), SizeIs(3));
  const auto none = run({"find", "zebra", "--account", "nobody*"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no account matches \"nobody*\""));
}

TEST_F(FindCommand, ShowsTheNewestAndSaysThatThereIsMore) {
  const auto ran = run({"find", "zebra", "--limit", "1"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1);
  EXPECT_THAT(ran.err, HasSubstr("only the newest 1 are shown: see --limit"));
  expect_usage_error(run({"find", "zebra", "--limit", "0"}), "--limit", "yestermail find --help");
}

TEST_F(FindCommand, FailsWhereNothingIsFound) {
  const auto ran = run({"find", "nosuchword"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("nothing found in 4 accounts"));
  const auto json = run({"find", "nosuchword", "--json"});
  EXPECT_EQ(json.status, 1);
  EXPECT_TRUE(json.json().empty());
}

TEST_F(FindCommand, SaysWhatItDoesNotUnderstand) {
  expect_usage_error(run({"find"}), "an empty query", "yestermail find --help");
  expect_usage_error(run({"find", "author:bob"}), "\"author:bob\" in the query", "yestermail find --help");
  expect_usage_error(run({"find", "x -is:deleted", "--deleted"}), "contrary", "yestermail find --help");
}

TEST_F(FindCommand, WorksBesideAWriter) {
  StreamLog log(std::cerr);
  const auto writer = open_recorder({real_disk_, clock_, log}, store_);
  EXPECT_THAT(subjects({"zebra"}), SizeIs(2));
  EXPECT_TRUE(fs::exists(store_ + "/search"));
}

TEST_F(FindCommand, ShowsNothingOfAMailRaw) {
  bob().put("", "8.evil:2,", "From: \x1b[31mred\nSubject: Zebra \x1b]0;title\x07 evil\n\n");
  scan();
  const auto ran = run({"find", "evil"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
}

TEST_F(FindCommand, ShowsOnATerminalThatItReads) {
  terminal_ = true;
  EXPECT_THAT(run({"find", "zebra"}).err, HasSubstr("reading what is new of "));
  EXPECT_THAT(run({"find", "zebra"}).err, Not(HasSubstr("reading")));
}

/// A disk on which nothing below search/ can be made or locked.
class ReadOnlySearch final : public Filesystem {
 public:
  explicit ReadOnlySearch(Filesystem& disk, std::string store) : disk_(disk), store_(std::move(store)) {}
  std::unique_ptr<File> open(const std::string& path, Open how) override { return disk_.open(path, how); }
  void rename(const std::string& from, const std::string& to) override { disk_.rename(from, to); }
  void remove(const std::string& path) override { disk_.remove(path); }
  void make_directory(const std::string& path) override {
    refuse(path);
    disk_.make_directory(path);
  }
  void sync_directory(const std::string& path) override { disk_.sync_directory(path); }
  std::vector<std::string> list(const std::string& path) override { return disk_.list(path); }
  bool exists(const std::string& path) override { return disk_.exists(path); }
  std::unique_ptr<FileLock> try_lock(const std::string& path) override {
    refuse(path);
    return disk_.try_lock(path);
  }

 private:
  void refuse(const std::string& path) const {
    if (path.starts_with(store_ + "/search")) throw_errno(EROFS, path);
  }
  Filesystem& disk_;
  const std::string store_;
};

TEST_F(FindCommand, SearchesWithATemporaryIndexWhereNoneCanBeWritten) {
  const auto temporary = directory_ / "tmp";
  fs::create_directory(temporary);
  variables_["TMPDIR"] = temporary;
  ReadOnlySearch read_only(real_disk_, store_);
  disk_ = &read_only;
  const auto ran = run({"find", "zebra"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.err, HasSubstr("searching with a temporary one"));
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 2);
  EXPECT_TRUE(fs::is_empty(temporary));
  EXPECT_FALSE(fs::exists(store_ + "/search"));
  // Where there is one it is used.
  disk_ = &real_disk_;
  run({"find", "zebra"});
  disk_ = &read_only;
  EXPECT_EQ(run({"find", "zebra"}).err, "");
}

}  // namespace
}  // namespace yestermail::test
