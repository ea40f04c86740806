// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <map>
#include <set>

#include "base/fd.h"
#include "store/store.h"
#include "tests/tools/store_fixture.h"
#include "tools/fd_stream.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// alice and bob after three scans, with the instants after the first two.
class LookCommands : public StoreCommandTest {
 protected:
  void SetUp() override {
    bob().put("", "1.kept,S=5:2,", "kept\n");
    bob().put("", "2.gone:2,", sample_mail(7));
    make_scanned_store();
    first_ = last_change();
    bob().rename("", "1.kept,S=5:2,", "1.kept,S=5:2,FS");
    bob().move("", "1.kept,S=5:2,FS", ".Projects.R&-D");
    bob().remove("", "2.gone:2,");
    bob().put("", "3.new:2,S", "Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\n\n");
    scan();
    second_ = last_change();
    bob().make_folder(".Later");
    bob().put(".Later", "4.later:2,", "later\n");
    bob().remove_folder(".Trash");
    scan();
  }

  /// The tag of the item of this name.
  std::string tag(const std::string& folder, const std::string& name, const std::string& at = "now") {
    for (const auto& item : run({"list", folder, "--json", "--at", at}).json()) {
      if (item.at("name") == name) return "~" + item.at("item").get<std::string>();
    }
    return "not found";
  }

  const std::string inbox_ = "bob@example.com/INBOX";
  std::string first_;
  std::string second_;
};

TEST_F(LookCommands, AccountsListsThoseOfAnyTime) {
  const auto ran = run({"accounts"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("alice@example.com"));
  EXPECT_THAT(ran.out, HasSubstr("o'dd user@example.net"));
  std::filesystem::remove_all(mail_ + "/example.com/alice");
  ASSERT_EQ(run({"scan"}).status, 0);
  EXPECT_THAT(run({"accounts"}).out, Not(HasSubstr("alice@")));
  EXPECT_THAT(run({"accounts", "--at", second_}).out, HasSubstr("alice@example.com"));
  const auto all = run({"accounts", "--all", "--json"}).json();
  EXPECT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].at("account"), "alice@example.com");
  EXPECT_FALSE(all[0].at("until").is_null());
  EXPECT_TRUE(all[1].at("until").is_null());
  EXPECT_EQ(run({"accounts", "--at", "2001"}).out, "no accounts\n");
  EXPECT_EQ(run({"accounts", "--at", "2001", "--json"}).json(), nlohmann::json::array());
  expect_usage_error(run({"accounts", "--all", "--at", "now"}), "--all and --at", "yestermail accounts --help");
}

TEST_F(LookCommands, AnAccountThatCameAgainIsAnotherOne) {
  const auto home = mail_ + "/example.net/carol";
  std::filesystem::rename(home, directory_ / "carol");
  ASSERT_EQ(run({"scan"}).status, 0);
  std::filesystem::rename(directory_ / "carol", home);
  ASSERT_EQ(run({"scan"}).status, 0);
  const auto all = run({"accounts", "--all", "--json"}).json();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[2].at("account"), all[3].at("account"));
  EXPECT_NE(all[2].at("uuid"), all[3].at("uuid"));
  EXPECT_LT(all[2].at("since"), all[3].at("since"));
  EXPECT_EQ(run({"log", "carol@example.net", "--json"}).status, 0);
}

TEST_F(LookCommands, ListWithoutArgumentListsAccounts) {
  EXPECT_EQ(run({"list"}).out, "alice@example.com\nbob@example.com\ncarol@example.net\no'dd user@example.net\n");
  EXPECT_EQ(run({"list", "--json"}).json()[1], nlohmann::json({{"account", "bob@example.com"}}));
}

TEST_F(LookCommands, ListOfAnAccountListsFoldersAsPeopleKnowThem) {
  std::vector<std::string> names;
  const auto folders = run({"list", "bob@example.com", "--json"}).json();
  for (const auto& folder : folders) names.push_back(folder.at("folder"));
  EXPECT_THAT(names, ::testing::ElementsAre("INBOX", "Empty", "Entwürfe", "Later", "Projects", "Projects/R&D"));
  EXPECT_EQ(folders[0].at("directory"), "");
  EXPECT_EQ(folders[0].at("messages"), 7);
  EXPECT_EQ(folders[0].at("unread"), 2);
  EXPECT_EQ(folders[5].at("directory"), ".Projects.R&-D");
  EXPECT_EQ(folders[5].at("messages"), 3);
  const auto text = run({"list", "bob@example.com", "--at", first_, "--long"}).out;
  EXPECT_THAT(text, HasSubstr("Trash"));
  EXPECT_THAT(text, HasSubstr(".Entw&APw-rfe"));
  EXPECT_THAT(text, Not(HasSubstr("Later")));
}

TEST_F(LookCommands, ListOfAFolderShowsItsItemsAtAnyTime) {
  const auto now = run({"list", inbox_, "--long"}).out;
  EXPECT_THAT(now, HasSubstr("3.new:2,S"));
  EXPECT_THAT(now, Not(HasSubstr("2.gone")));
  const auto then = run({"list", inbox_, "--long", "--at", first_}).out;
  EXPECT_THAT(then, HasSubstr("2.gone:2,"));
  EXPECT_THAT(then, HasSubstr("1.kept,S=5:2,\n"));
  EXPECT_THAT(then, Not(HasSubstr("3.new")));
  EXPECT_THAT(run({"list", inbox_}).out, HasSubstr("Größe"));
  EXPECT_THAT(run({"list", inbox_}).out, Not(HasSubstr("dovecot-keywords")));
  EXPECT_THAT(run({"list", inbox_, "--files"}).out, HasSubstr("dovecot-keywords"));
}

TEST_F(LookCommands, ListTakesEverySpellingOfAFolder) {
  const auto expected = run({"list", "bob@example.com/Projects/R&D"}).out;
  EXPECT_EQ(std::count(expected.begin(), expected.end(), '\n'), 3);
  for (const auto* name : {".Projects.R&-D", "Projects/R&D/"}) {
    EXPECT_EQ(run({"list", std::string("bob@example.com/") + name}).out, expected) << name;
  }
  EXPECT_EQ(run({"list", "bob@example.com/inbox"}).out, run({"list", inbox_}).out);
  EXPECT_EQ(run({"list", "bob@example.com/."}).out, run({"list", inbox_}).out);
}

TEST_F(LookCommands, ListShowsNothingRawOfOddNames) {
  const std::string account = "o'dd user@example.net";
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"list", account, "-l"}, {"list", account + "/INBOX", "-l", "-f"}, {"log", account}}) {
    const auto ran = run(words);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(ran.out.find('\x1b'), std::string::npos);
    EXPECT_EQ(ran.out.find('\xff'), std::string::npos);
    EXPECT_EQ(ran.out.find("\xe2\x80\xae"), std::string::npos);
  }
  EXPECT_THAT(run({"list", account + "/INBOX", "-l"}).out, HasSubstr("new\\x0aline:2,"));
}

TEST_F(LookCommands, JsonNamesEveryItemWithoutLoss) {
  const std::string inbox = "o'dd user@example.net/INBOX";
  const auto items = run({"list", inbox, "--json"}).json();
  EXPECT_EQ(items.size(), 10U);
  std::set<std::string> names;
  for (const auto& item : items) names.insert(item.at("name"));
  EXPECT_TRUE(names.count("bad\\xff\\xfeutf8:2,"));
  EXPECT_TRUE(names.count("new\nline:2,"));
  EXPECT_TRUE(names.count("esc\x1b[31mred:2,F"));
}

TEST_F(LookCommands, CatGivesTheBytesBySixNames) {
  const auto item = tag(inbox_, "1.kept,S=5:2,", first_);
  for (const auto& name : {std::string("1.kept,S=5:2,"), std::string("1.kept,S=5"), item}) {
    const auto ran = run({"cat", inbox_ + "/" + name, "--at", first_});
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(ran.out, "kept\n") << name;
  }
  EXPECT_EQ(run({"cat", "bob@example.com/" + item}).out, "kept\n");
  EXPECT_EQ(run({"cat", "bob@example.com/Projects/R&D/1.kept,S=5:2,FS"}).out, "kept\n");
  EXPECT_THAT(run({"cat", inbox_ + "/dovecot-keywords"}).out, HasSubstr("$Label1"));
}

TEST_F(LookCommands, CatIsBinarySafe) {
  std::string bytes;
  for (unsigned i = 0; i < 300'000; ++i) bytes += static_cast<char>((i * 7919U) >> 3U);
  bob().put("", "5.binary:2,", bytes);
  scan();
  EXPECT_TRUE(run({"cat", inbox_ + "/5.binary"}).out == bytes);
}

TEST_F(LookCommands, CatFindsOddNamesAsTheTerminalShowsThem) {
  const std::string inbox = "o'dd user@example.net/INBOX/";
  for (const auto* name : {"new\nline:2,", "new\\x0aline:2,", "new\nline", "bad\\xff\\xfeutf8:2,", "-rf:2,S"}) {
    const auto ran = run({"cat", inbox + name});
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("Bob Example"));
  }
  EXPECT_EQ(run({"cat", "o'dd user@example.net/.caf\\xe9/empty"}).status, 0);
}

TEST_F(LookCommands, CatSaysWhereWhatItLacksIs) {
  const auto gone = tag(inbox_, "2.gone:2,", first_);
  const auto late = run({"cat", inbox_ + "/" + gone});
  EXPECT_EQ(late.status, 1);
  EXPECT_THAT(late.err, HasSubstr("went at " + second_));
  EXPECT_THAT(late.err, HasSubstr("--at"));
  const auto kept = tag(inbox_, "1.kept,S=5:2,", first_);
  EXPECT_THAT(run({"cat", inbox_ + "/" + kept}).err, HasSubstr("Projects/R&D"));
  EXPECT_THAT(run({"cat", inbox_ + "/nothing"}).err, HasSubstr("yestermail list bob@example.com/INBOX"));
  EXPECT_THAT(run({"cat", "bob@example.com/Nowhere/x"}).err, HasSubstr("no folder \"Nowhere\""));
  EXPECT_THAT(run({"cat", "nobody@example.com/INBOX/x"}).err, HasSubstr("no account \"nobody@example.com\""));
  EXPECT_EQ(run({"cat", inbox_ + "/~zzzzzzzzzzzz"}).status, 1);
  const std::string help = "yestermail cat --help";
  expect_usage_error(run({"cat"}), "ACCOUNT/FOLDER/ITEM", help);
  expect_usage_error(run({"cat", "bob@example.com"}), "ACCOUNT/FOLDER/ITEM", help);
  expect_usage_error(run({"cat", "bob@example.com/x"}), "names no folder", help);
  expect_usage_error(run({"cat", "/bob/x"}), "slash", help);
  expect_usage_error(run({"cat", inbox_ + "/x", "--at", "2999"}), "future", help);
}

TEST_F(LookCommands, LogTellsWhatHappenedOldestFirst) {
  std::vector<std::string> rows;
  std::string before;
  for (const auto& row : run({"log", "bob@example.com", "--json"}).json()) {
    EXPECT_LE(before, row.at("at").get<std::string>());
    before = row.at("at");
    if (before > first_) rows.push_back(row.at("what").get<std::string>() + " " + row.at("name").get<std::string>());
  }
  EXPECT_THAT(rows, ::testing::IsSupersetOf({"moved 1.kept,S=5:2,FS", "deleted 2.gone:2,", "arrived 3.new:2,S",
                                             "created .Later", "arrived 4.later:2,", "deleted .Trash"}));
  for (const auto& row : rows) EXPECT_THAT(row, Not(::testing::MatchesRegex(".* (cur|new|tmp)")));
}

TEST_F(LookCommands, LogCallsNothingDeletedWhereTheMailStillIs) {
  StreamLog log(std::cerr);
  {
    // A message of INBOX is found in another folder, as another item, until it turns out which one it is.
    const auto recorder = open_recorder({real_disk_, clock_, log}, store_);
    auto& view = recorder->view();
    const auto account = view.account_named("bob@example.com", kForever)->number;
    const auto cur = view.lookup(account, kRootItem, "cur", kForever)->item;
    const auto message = view.lookup(account, cur, "3.new:2,S", kForever);
    ASSERT_TRUE(message);
    const auto later = view.lookup(account, kRootItem, ".Later", kForever)->item;
    auto state = message->state;
    state.parent = view.lookup(account, later, "cur", kForever)->item;
    const std::vector<Change> arrival{Put{recorder->new_item(account), Cause::kArrived, state, VersionId{}}};
    recorder->record(account, arrival, {});
    const std::vector<Change> move{Put{message->item, Cause::kMoved, state, message->body}};
    recorder->record(account, move, {});
  }
  std::vector<std::string> whats;
  for (const auto& row : run({"log", "bob@example.com/Later", "--json"}).json()) {
    if (row.at("name") == "3.new:2,S") whats.push_back(row.at("what"));
  }
  EXPECT_EQ(whats, (std::vector<std::string>{"arrived", "moved"}));
}

TEST_F(LookCommands, LogShowsAMoveInBothFolders) {
  for (const auto* folder : {"/INBOX", "/Projects/R&D", "/Projects", "/.Projects.R&-D"}) {
    const auto ran = run({"log", std::string("bob@example.com") + folder});
    EXPECT_THAT(ran.out, HasSubstr("moved")) << folder;
    EXPECT_THAT(ran.out, HasSubstr("(from INBOX)")) << folder;
  }
  EXPECT_THAT(run({"log", "bob@example.com/Later"}).out, Not(HasSubstr("moved")));
  EXPECT_THAT(run({"log", "bob@example.com/Trash"}).out, HasSubstr("deleted")) << "a folder that is gone has a log";
}

TEST_F(LookCommands, LogKeepsToItsTimes) {
  const auto all = run({"log", "--json"}).json();
  const auto from = run({"log", "--json", "--from", second_}).json();
  const auto until = run({"log", "--json", "--until", second_}).json();
  EXPECT_EQ(from.size() + until.size(), all.size());
  EXPECT_GT(from.size(), 0U);
  for (const auto& row : from) EXPECT_GE(row.at("at"), second_);
  const auto last = run({"log", "--json", "--limit", "3"}).json();
  ASSERT_EQ(last.size(), 3U);
  EXPECT_EQ(last[2], all.back());
  expect_usage_error(run({"log", "--from", "now", "--until", "2001"}), "--until is not after --from",
                     "yestermail log --help");
  expect_usage_error(run({"log", "--limit", "0"}), "--limit", "yestermail log --help");
}

TEST_F(LookCommands, LogPutsAllAccountsInTheOrderOfTime) {
  alice().deliver("", "to-alice", sample_mail(1));
  scan();
  bob().deliver("", "to-bob", sample_mail(2));
  scan();
  alice().deliver("", "to-alice-again", sample_mail(3));
  scan();
  const auto rows = run({"log", "--json"}).json();
  std::size_t alone = 0;
  for (const auto* account : {"alice@example.com", "bob@example.com", "carol@example.net", "o'dd user@example.net"}) {
    alone += run({"log", account, "--json"}).json().size();
  }
  EXPECT_EQ(rows.size(), alone);
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_LE(rows[i - 1].at("at"), rows[i].at("at"));
  const auto text = run({"log", "--limit", "3"}).out;
  EXPECT_THAT(text, ::testing::MatchesRegex("[^\n]*alice[^\n]*\n[^\n]*bob[^\n]*\n[^\n]*alice[^\n]*\n"));
}

TEST_F(LookCommands, AFolderWithManyItemsIsWhole) {
  std::vector<std::string> names;
  for (int i = 0; i < 1300; ++i) {
    names.push_back("many" + std::to_string(i) + ":2,S");
    bob().put(".Empty", names.back(), "x\n");
  }
  scan();
  const auto items = run({"list", "bob@example.com/Empty", "--json"}).json();
  std::vector<std::string> found;
  for (const auto& item : items) found.push_back(item.at("name"));
  EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(names));
  for (std::size_t i = 1; i < items.size(); ++i) EXPECT_LE(items[i - 1].at("mtime_ns"), items[i].at("mtime_ns"));
  EXPECT_EQ(run({"log", "bob@example.com/Empty", "--json", "--from", last_change()}).json().size(), 1300U);
}

TEST_F(LookCommands, LogTellsTheLifeOfAnItem) {
  const auto gone = tag(inbox_, "2.gone:2,", first_);
  for (const auto& spelled : {gone, gone.substr(1)}) {
    const auto rows = run({"log", "bob@example.com", "--item", spelled, "--json"}).json();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].at("what"), "arrived");
    EXPECT_EQ(rows[1].at("what"), "deleted");
    EXPECT_EQ(rows[1].at("at"), second_);
    EXPECT_EQ(rows[1].at("folder"), "INBOX");
  }
  expect_usage_error(run({"log", "--item", gone}), "--item needs the account", "yestermail log --help");
  expect_usage_error(run({"log", "bob@example.com", "--item", "~!"}), "--item", "yestermail log --help");
}

TEST_F(LookCommands, LogShowsWhatBecameOfTheFlags) {
  bob().deliver("", "6.flags", sample_mail(6));
  scan();
  std::filesystem::rename(bob().root() + "/new/6.flags", bob().root() + "/cur/6.flags:2,");
  scan();
  bob().rename("", "6.flags:2,", "6.flags:2,RS");
  scan();
  const auto text = run({"log", "bob@example.com/INBOX", "--item", tag(inbox_, "6.flags:2,RS")}).out;
  EXPECT_THAT(text, ::testing::MatchesRegex("[^\n]*arrived[^\n]*\n[^\n]*flags[^\n]*\\(new -> none\\)\n"
                                            "[^\n]*flags[^\n]*\\(none -> RS\\)\n"));
}

TEST_F(LookCommands, LogPassesOverDirectoriesThatOnlyGotANewTime) {
  const auto before = last_change();
  bob().write(".Projects/dovecot-keywords", "0 New\n");
  scan();
  std::vector<std::string> rows;
  for (const auto& row : run({"log", "bob@example.com", "--json", "--from", before}).json()) {
    if (row.at("at") > before)
      rows.push_back(row.at("what").get<std::string>() + " " + row.at("name").get<std::string>());
  }
  EXPECT_THAT(rows, ::testing::ElementsAre("arrived dovecot-keywords"));
  std::filesystem::permissions(bob().root() + "/.Projects", std::filesystem::perms::owner_all);
  ASSERT_EQ(run({"scan", "--full"}).status, 0);
  EXPECT_THAT(run({"log", "bob@example.com/Projects"}).out, HasSubstr("touched"));
}

TEST_F(LookCommands, CatGivesTheRightBytesOrAnError) {
  const auto items = run({"list", inbox_, "--json"}).json();
  std::map<std::string, std::string> bytes;
  for (const auto& item : items) {
    const auto name = "bob@example.com/~" + item.at("item").get<std::string>();
    bytes[name] = run({"cat", name}).out;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store_)) {
    if (entry.path().extension() != ".pack") continue;
    std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
    file << "damage";
  }
  int damaged = 0;
  for (const auto& [name, expected] : bytes) {
    const auto ran = run({"cat", name});
    if (ran.status == 0) {
      EXPECT_TRUE(ran.out == expected) << name;
      continue;
    }
    ++damaged;
    EXPECT_EQ(ran.status, 3) << ran.err;
    EXPECT_TRUE(expected.starts_with(ran.out)) << "never wrong bytes";
    EXPECT_NE(ran.err, "");
  }
  EXPECT_GT(damaged, 0);
}

TEST_F(LookCommands, StatusTellsWhatTheStoreHolds) {
  const auto json = run({"status", "--json"}).json();
  EXPECT_EQ(json.at("store"), store_);
  EXPECT_EQ(json.at("accounts"), 4);
  EXPECT_EQ(json.at("writer").at("running"), false);
  EXPECT_GT(json.at("versions"), json.at("items"));
  EXPECT_GT(json.at("history_bytes"), json.at("logical_bytes"));
  EXPECT_GT(json.at("stored_bytes"), 0);
  const auto text = run({"status"}).out;
  EXPECT_THAT(text, HasSubstr(store_));
  EXPECT_THAT(text, HasSubstr(json.at("id").get<std::string>()));
}

TEST_F(LookCommands, AtRefusesWhatIsNoInstant) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"accounts", "--at", "soon"}, {"list", "--at", "soon"}, {"cat", "a/b/c", "--at", "soon"}}) {
    expect_usage_error(run(words), "--at soon: not an instant: write 2026-11-22", "yestermail " + words[0] + " --help");
  }
}

/// Runs a command whose output nobody reads any more.
class ClosedOutput : public LookCommands {};

TEST_F(ClosedOutput, IsNoError) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  for (const auto& words : std::vector<std::vector<std::string>>{{"list"},
                                                                 {"list", inbox_, "--json"},
                                                                 {"log"},
                                                                 {"status"},
                                                                 {"--help"},
                                                                 {"cat", inbox_ + "/dovecot-keywords"}}) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    ::close(ends[0]);
    const Fd write(ends[1]);
    FdStream out(write.get());
    std::ostringstream err;
    auto env = environment(out, err);
    EXPECT_EQ(yestermail::run(words, env), 0) << words[0];
    EXPECT_EQ(err.str(), "") << words[0];
  }
  (void)std::signal(SIGPIPE, before);
}

TEST_F(ClosedOutput, OnAFullDiskIsAnError) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  FdStream out(full.get());
  std::ostringstream err;
  auto env = environment(out, err);
  const std::vector<std::string> words{"cat", inbox_ + "/dovecot-keywords"};
  EXPECT_EQ(yestermail::run(words, env), 1);
  EXPECT_EQ(err.str(), "yestermail: standard output: No space left on device\n");
}

}  // namespace
}  // namespace yestermail::test
