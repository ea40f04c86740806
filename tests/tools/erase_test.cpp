// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include "policy/erasures.h"
#include "store/store.h"
#include "tests/support/recording_log.h"
#include "tests/support/store_search.h"
#include "tests/system/daemon.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// bob has a mail in two folders, deleted in one of them; alice has it too.
class EraseCommand : public StoreCommandTest {
 protected:
  void SetUp() override {
    bob().put("", "1.secret:2,", secret_);
    bob().put(".Trash", "2.copy:2,S", secret_);
    bob().put("", "3.kept:2,", "Subject: Kept\n\nthis stays\n");
    make_scanned_store();
    bob().rename("", "1.secret:2,", "1.secret:2,S");
    scan();
    bob().remove("", "1.secret:2,S");
    bob().remove(".Trash", "2.copy:2,S");
    scan();
  }
  [[nodiscard]] std::vector<std::string> traces() const {
    return find_in_store(store_, {"Confidential", "1.secret", "2.copy", "tell nobody"});
  }
  /// All of its logs and packs.
  void damage_bob() {
    const auto uuid = open_view({*disk_, clock_, log_}, store_)->account_named("bob@example.com", kForever)->uuid.hex();
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(store_ + "/accounts/" + uuid.substr(0, 2) + "/" + uuid)) {
      if (entry.path().extension() != ".log" && entry.path().extension() != ".pack") continue;
      fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
      ++files;
    }
    EXPECT_GT(files, 1U);
  }
  std::string tag_of(const std::string& folder, const std::string& name) {
    for (const auto& happening : run({"log", folder, "--json"}).json()) {
      if (happening.dump().find(name) != std::string::npos) return "~" + happening.at("item").get<std::string>();
    }
    return "none";
  }

  RecordingLog log_;
  const std::string secret_ = "Subject: Confidential\n\ntell nobody\n";
};

TEST_F(EraseCommand, RemovesAnItemAndItsCopiesFromEveryByte) {
  ASSERT_THAT(traces(), Not(IsEmpty()));
  const auto item = "bob@example.com/" + tag_of("bob@example.com", "1.secret");
  const auto dry = run({"erase", item, "--dry-run", "--json"});
  EXPECT_EQ(dry.status, 0) << dry.err;
  EXPECT_EQ(dry.json().at("versions"), 3);
  ASSERT_THAT(traces(), Not(IsEmpty()));
  const auto ran = run({"erase", item});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("removed 3 versions and 1 content;"));
  EXPECT_THAT(ran.out, HasSubstr("A copy may still stand:"));
  EXPECT_THAT(traces(), IsEmpty());
  EXPECT_EQ(run({"erase", item}).status, 1) << "it is gone";
  EXPECT_THAT(run({"cat", "bob@example.com/INBOX/3.kept"}).out, HasSubstr("this stays"));
}

TEST_F(EraseCommand, LeavesWhatAHoldCovers) {
  ASSERT_EQ(run({"hold", "add", "lawsuit", "--account", "bob@*"}).status, 0);
  const auto item = "bob@example.com/" + tag_of("bob@example.com", "1.secret");
  for (const auto& what : {item, std::string("bob@example.com")}) {
    const auto ran = run({"erase", what});
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.err, HasSubstr("lawsuit"));
  }
  EXPECT_THAT(traces(), Not(IsEmpty()));
  ASSERT_EQ(run({"hold", "release", "lawsuit"}).status, 0);
  EXPECT_EQ(run({"erase", item}).status, 0);
  EXPECT_THAT(traces(), IsEmpty());
}

TEST_F(EraseCommand, SaysWhoElseHasIt) {
  alice().put("", "9.same:2,", secret_);
  scan();
  const auto ran = run({"erase", "bob@example.com/" + tag_of("bob@example.com", "1.secret")});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("in the account alice@example.com, which has it too."));
  EXPECT_THAT(run({"cat", "alice@example.com/INBOX/9.same"}).out, HasSubstr("tell nobody"));
}

TEST_F(EraseCommand, RemovesAnAccountWithAllOfItsIncarnations) {
  const auto ran = run({"erase", "bob@example.com", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(traces(), IsEmpty());
  EXPECT_THAT(find_in_store(store_, {"bob@example.com", "this stays"}), IsEmpty());
  EXPECT_THAT(run({"accounts"}).out, Not(HasSubstr("bob@example.com")));
  EXPECT_THAT(run({"accounts"}).out, HasSubstr("alice@example.com"));
  EXPECT_EQ(run({"erase", "bob@example.com"}).status, 1);
}

TEST_F(EraseCommand, RemembersWhatMayNotComeBack) {
  EXPECT_THAT(run({"erase", "--list"}).out, HasSubstr("nothing was erased"));
  const auto item = "bob@example.com/" + tag_of("bob@example.com", "1.secret");
  ASSERT_EQ(run({"erase", item, "--dry-run"}).status, 0);
  EXPECT_EQ(run({"erase", "--list", "--json"}).json().size(), 0U) << "nothing was erased yet";
  ASSERT_EQ(run({"erase", item, "--note", "request 12"}).status, 0);
  const auto all = run({"erase", "--list", "--json"}).json();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.at(0).at("contents"), 1);
  EXPECT_EQ(all.at(0).at("note"), "request 12");
  const auto id = all.at(0).at("id").get<std::string>();
  EXPECT_THAT(run({"erase", "--list"}).out, HasSubstr(id));
  const auto view = open_view({*disk_, clock_, log_}, store_);
  EXPECT_TRUE(Erasures::read(*view).contains("bob@example.com", Digest::of(as_bytes(secret_))));
  EXPECT_THAT(run({"erase", "--forget", id}).out, HasSubstr("is forgotten"));
  EXPECT_EQ(run({"erase", "--forget", id}).status, 1);
  EXPECT_TRUE(Erasures::read(*view).empty());
  expect_usage_error(run({"erase", "--forget", id, "--list"}), "leave out --list", "yestermail erase --help");
  expect_usage_error(run({"erase", item, "--note", "a\nb"}), "200 bytes", "yestermail erase --help");
}

TEST_F(EraseCommand, SaysWhatStandsInTheLiveMailboxAndComesBackFromThere) {
  bob().put("", "5.live:2,", "Subject: Live\n\nstill here\n");
  scan();
  const auto tag = tag_of("bob@example.com", "5.live");
  const auto dry = run({"erase", "bob@example.com/" + tag, "--dry-run", "--json"});
  EXPECT_EQ(dry.json().at("live"), nlohmann::json({"bob@example.com/INBOX/" + tag}));
  const auto ran = run({"erase", "bob@example.com/" + tag});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("bob@example.com/INBOX/" + tag + " stands in the live mailbox"));
  EXPECT_EQ(run({"cat", "bob@example.com/INBOX/5.live"}).status, 1);
  scan();
  EXPECT_THAT(run({"cat", "bob@example.com/INBOX/5.live"}).out, HasSubstr("still here"));
  EXPECT_EQ(run({"erase", "bob@example.com/INBOX/5.live"}).status, 0) << "and again";
  EXPECT_EQ(run({"erase", "--list", "--json"}).json().size(), 2U);
}

TEST_F(EraseCommand, StaysErasedWhereTheStoreIsRepairedFromAnOlderCopy) {
  // Another erasure first, which leaves nothing in the journal: what the copy has stands in logs.
  ASSERT_EQ(run({"erase", "bob@example.com/" + tag_of("bob@example.com", "3.kept")}).status, 0);
  scan();
  const auto before = directory_ / "before";
  fs::copy(store_, before, fs::copy_options::recursive);
  ASSERT_EQ(run({"erase", "bob@example.com/" + tag_of("bob@example.com", "1.secret")}).status, 0);
  const auto after = directory_ / "after";
  fs::copy(store_, after, fs::copy_options::recursive);
  damage_bob();
  const auto old = run({"check", "--repair", "--from", before});
  EXPECT_EQ(old.status, 3) << old.out;
  EXPECT_THAT(old.out, HasSubstr("made after the erasure"));
  EXPECT_THAT(traces(), IsEmpty());
  const auto newer = run({"check", "--repair", "--from", after});
  EXPECT_EQ(newer.status, 0) << newer.out;
  EXPECT_THAT(traces(), IsEmpty());
  EXPECT_THAT(run({"cat", "bob@example.com/INBOX/3.kept"}).out, HasSubstr("this stays"));
}

TEST_F(EraseCommand, AnImportBringsNothingBackUnderWhateverName) {
  bob().put("", "1.secret:2,S", secret_);
  const auto archive = directory_ / "before.tar.zst";
  scan();
  ASSERT_EQ(run({"export", "--to", archive}).status, 0);
  const auto other = directory_ / "other";
  ASSERT_EQ(run({"init", "--store", other, "--source", source_}).status, 0);
  ASSERT_EQ(run({"scan", "--store", other}).status, 0);
  const auto tree = directory_ / "tree";
  fs::copy(mail_, tree, fs::copy_options::recursive);
  fs::remove_all(mail_ + "/example.com/bob");
  scan();
  ASSERT_EQ(run({"erase", "bob@example.com"}).status, 0);
  ASSERT_THAT(traces(), IsEmpty());
  const auto tree_spec = "maildir:" + std::string(tree) + "/%d/%n/Maildir";
  int number = 0;
  for (const auto& from : {std::string(archive), std::string(other), tree_spec}) {
    const auto name = "bob-" + std::to_string(++number) + "@example.com";
    const auto ran = run({"import", from, "--accounts", "bob@example.com", "--map", "bob@example.com=" + name});
    EXPECT_EQ(ran.status, from == tree_spec ? 5 : 0) << ran.out << ran.err;
    EXPECT_THAT(ran.out + ran.err, HasSubstr("erased"));
    EXPECT_THAT(find_in_store(store_, {"Confidential", "tell nobody", "this stays"}), IsEmpty()) << from;
    EXPECT_EQ(run({"list", name}).status, 0) << "what is no content came";
  }
  // Nobody else lost anything.
  EXPECT_EQ(
      run({"import", tree_spec, "--accounts", "alice@example.com", "--map", "alice@example.com=a@example.com"}).status,
      0);
}

TEST_F(EraseCommand, ARepairPutsNoLogBesideTheOneThatTookItsPlace) {
  ASSERT_EQ(run({"erase", "bob@example.com/" + tag_of("bob@example.com", "3.kept")}).status, 0);
  scan();
  const auto before = directory_ / "before";
  fs::copy(store_, before, fs::copy_options::recursive);
  ASSERT_EQ(run({"erase", "bob@example.com/" + tag_of("bob@example.com", "1.secret")}).status, 0);
  // As if retention had removed it, which is not remembered.
  for (const auto& one : run({"erase", "--list", "--json"}).json()) {
    ASSERT_EQ(run({"erase", "--forget", one.at("id").get<std::string>()}).status, 0);
  }
  const auto after = directory_ / "after";
  fs::copy(store_, after, fs::copy_options::recursive);
  damage_bob();
  const auto ran = run({"check", "--repair", "--from", before, "--from", after});
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_THAT(traces(), IsEmpty());
}

TEST_F(EraseCommand, AMailThatArrivedAgainIsHealedLikeAnyOther) {
  ASSERT_EQ(run({"erase", "bob@example.com/" + tag_of("bob@example.com", "1.secret")}).status, 0);
  bob().put("", "7.again:2,", secret_);
  scan();
  // Another erasure, which leaves nothing in the journal.
  ASSERT_EQ(run({"erase", "bob@example.com/" + tag_of("bob@example.com", "3.kept")}).status, 0);
  for (const auto& entry : fs::recursive_directory_iterator(store_ + "/accounts")) {
    if (entry.path().extension() == ".pack") fs::resize_file(entry.path(), 40);
  }
  EXPECT_EQ(run({"cat", "bob@example.com/INBOX/7.again"}).status, 3) << "it is damaged";
  const auto ran = run({"check", "--repair"});
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_THAT(run({"cat", "bob@example.com/INBOX/7.again"}).out, HasSubstr("tell nobody"));
}

TEST_F(EraseCommand, RefusesWhatNamesNothing) {
  EXPECT_EQ(run({"erase"}).status, 2);
  EXPECT_EQ(run({"erase", "bob@example.com/word"}).status, 2);
  EXPECT_EQ(run({"erase", "bob@example.com/INBOX/nothing"}).status, 1);
  EXPECT_EQ(run({"erase", "@server"}).status, 1);
  EXPECT_THAT(traces(), Not(IsEmpty()));
}

TEST_F(EraseCommand, AsksTheDaemonThatWatches) {
  Daemon daemon(store_, {"--method", "polling", "--poll-interval", "86400"});
  daemon.start();
  run({"scan"});  // What it does of itself at its start is done when it has answered.
  const auto ran = run({"erase", "bob@example.com/" + tag_of("bob@example.com", "1.secret")});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("removed 3 versions and 1 content;"));
  EXPECT_THAT(traces(), IsEmpty());
  EXPECT_EQ(run({"erase", "--list", "--json"}).json().size(), 1U) << "the daemon remembers it";
  EXPECT_EQ(run({"erase", "bob@example.com"}).status, 4) << "it would begin again";
  bob().put("", "4.later:2,", "Subject: later\n\nlater\n");
  EXPECT_EQ(run({"scan"}).status, 0);
  EXPECT_THAT(run({"cat", "bob@example.com/INBOX/4.later"}).out, HasSubstr("later"));
  EXPECT_EQ(daemon.stop(), 0);
}

}  // namespace
}  // namespace yestermail::test
