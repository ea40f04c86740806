// SPDX-License-Identifier: GPL-3.0-or-later
// `yestermail restore` of a domain, or of whatever accounts a pattern names.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/log.h"
#include "store/recorder.h"
#include "store/store.h"
#include "tests/restore/mail_rules.h"
#include "tests/support/recording_log.h"
#include "tests/support/tree_compare.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class RestoreMany : public StoreCommandTest {
 protected:
  void SetUp() override {
    make_scanned_store();
    at_ = last_change();
  }
  Ran restore(std::vector<std::string> more) {
    std::vector<std::string> words{"restore", "--at", at_};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  /// What a JSON report says of each account.
  static std::map<std::string, std::set<std::string>> outcomes(const Ran& ran) {
    std::map<std::string, std::set<std::string>> of;
    for (const auto& item : ran.json()) of[item.at("account")].insert(item.at("what").get<std::string>());
    return of;
  }
  [[nodiscard]] std::string maildir(const std::string& user) const {
    return mail_ + "/example.com/" + user + "/Maildir";
  }

  std::string at_;
};

TEST_F(RestoreMany, GivesADomainThatWasLostBackAndTouchesNoOther) {
  const auto want = read_tree(mail_, of_mail());
  fs::remove_all(mail_ + "/example.com");
  fs::remove_all(mail_ + "/example.net/carol");
  scan();
  ASSERT_THAT(run({"accounts", "--json"}).out, Not(HasSubstr("bob@example.com"))) << "it has ended";
  const auto ran = restore({"--domain", "example.com", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  const auto told = outcomes(ran);
  EXPECT_EQ(told.size(), 2U);
  EXPECT_EQ(told.at("alice@example.com").count("restored"), 1U);
  EXPECT_EQ(told.at("bob@example.com").count("failed"), 0U);
  EXPECT_FALSE(fs::exists(mail_ + "/example.net/carol"));
  EXPECT_EQ(restore({"--accounts", "carol@*"}).status, 0);
  EXPECT_THAT(differences(want, read_tree(mail_, of_mail()), of_mail()), IsEmpty());
}

TEST_F(RestoreMany, NamesTheAccountOfEachItemAndSumsUp) {
  fs::remove(maildir("bob") + "/cur/" + *names_in(maildir("bob") + "/cur").begin());
  const auto ran = restore({"--domain", "@example.com", "--accounts", "carol@example.net"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("restored       bob@example.com"));
  EXPECT_THAT(ran.out, HasSubstr("\nalice@example.com: 0 restored, "));
  EXPECT_THAT(ran.out, HasSubstr("\nbob@example.com: 1 restored, "));
  EXPECT_THAT(ran.out, HasSubstr("\ncarol@example.net: 0 restored, "));
  EXPECT_THAT(ran.out, HasSubstr("\n3 accounts: 1 restored, "));
}

TEST_F(RestoreMany, OneThatFailsDoesNotStopTheOthers) {
  const auto want = read_tree(maildir("bob"), of_mail());
  fs::remove_all(mail_ + "/example.com");
  fs::create_directories(mail_ + "/example.com/alice");
  fs::create_directory_symlink(directory_.path(), maildir("alice"));
  auto ran = restore({"--domain", "example.com", "--json"});
  EXPECT_EQ(ran.status, 5);
  const auto told = outcomes(ran);
  EXPECT_THAT(told.at("alice@example.com"), UnorderedElementsAre("failed"));
  EXPECT_EQ(told.at("bob@example.com").count("restored"), 1U);
  EXPECT_THAT(differences(want, read_tree(maildir("bob"), of_mail()), of_mail()), IsEmpty());
  ran = restore({"--domain", "example.com"});
  EXPECT_EQ(ran.status, 5);
  EXPECT_THAT(ran.out, HasSubstr("alice@example.com: failed: "));
  EXPECT_THAT(ran.out, HasSubstr("; 1 account failed\n"));
  EXPECT_EQ(restore({"--accounts", "alice@*"}).status, 1) << "nothing could be restored";
}

TEST_F(RestoreMany, WritesADirectoryForEachAccount) {
  const std::string to = directory_ / "to";
  ASSERT_EQ(restore({"--accounts", "*", "--to", to}).status, 0);
  EXPECT_THAT(names_in(to), UnorderedElementsAre("alice@example.com", "bob@example.com", "carol@example.net",
                                                 "o'dd user@example.net"));
  EXPECT_THAT(
      differences(read_tree(maildir("bob"), of_mail()), read_tree(to + "/bob@example.com", of_mail()), of_mail()),
      IsEmpty());
  const std::string mails = directory_ / "mails";
  ASSERT_EQ(restore({"--domain", "example.com", "--to", mails, "--as", "eml"}).status, 0);
  EXPECT_THAT(names_in(mails), UnorderedElementsAre("alice@example.com", "bob@example.com"));
  EXPECT_THAT(*names_in(mails + "/bob@example.com/INBOX").begin(), ::testing::EndsWith(".eml"));
  fs::create_directory(directory_ / "trap");
  fs::create_directory(directory_ / "elsewhere");
  fs::create_directory_symlink(directory_ / "elsewhere", directory_ / "trap/bob@example.com");
  EXPECT_EQ(restore({"--domain", "example.com", "--to", directory_ / "trap"}).status, 5);
  EXPECT_THAT(names_in(directory_ / "elsewhere"), IsEmpty());
}

TEST_F(RestoreMany, WritesAnotherTreeOfMailboxes) {
  const std::string other = directory_ / "other";
  fs::create_directory(other);
  const auto before = read_tree(mail_);
  ASSERT_EQ(restore({"--accounts", "*", "--into-source", "maildir:" + other + "/%d/%n/Maildir"}).status, 0);
  EXPECT_THAT(differences(read_tree(mail_, of_mail()), read_tree(other, of_mail()), of_mail()), IsEmpty());
  EXPECT_THAT(differences(before, read_tree(mail_)), IsEmpty());
  // One account too; a tree that cannot tell two accounts apart has no place for them.
  EXPECT_THAT(restore({"--accounts", "*", "--into-source", "maildir:" + other + "/flat/%u"}).err,
              HasSubstr("/flat: no such directory: make it first"));
  fs::create_directory(other + "/flat");
  const auto one = restore({"bob@example.com/Projects", "--into-source", "maildir:" + other + "/flat/%u"});
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_THAT(names_in(other + "/flat/bob@example.com"), ::testing::Contains(".Projects.R&-D"));
  const auto ran = restore({"--accounts", "*", "--into-source", "maildir:" + other + "/%n"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("bob@example.com: failed: --into-source has no place for"));
}

TEST_F(RestoreMany, ADryRunWritesNothing) {
  fs::remove_all(mail_ + "/example.com");
  const auto before = read_tree(mail_);
  const auto ran = restore({"--domain", "example.com", "--dry-run"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("would restore"));
  EXPECT_THAT(differences(before, read_tree(mail_)), IsEmpty());
  EXPECT_EQ(restore({"--domain", "example.com", "--dry-run", "--to", directory_ / "none"}).status, 0);
  EXPECT_FALSE(fs::exists(directory_ / "none"));
}

TEST_F(RestoreMany, DirectoriesAboveAMailboxAreNobodysOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: files are given to other users";
  unsigned uid = 5000;
  for (const auto* user : {"alice", "bob"}) {
    ++uid;
    ASSERT_EQ(::lchown(maildir(user).c_str(), uid, uid), 0);
    fs::permissions(maildir(user), fs::perms(0700));
  }
  scan();
  at_ = last_change();
  fs::permissions(mail_, fs::perms(0757));
  fs::remove_all(mail_ + "/example.com");
  ASSERT_EQ(restore({"--domain", "example.com"}).status, 0);
  const auto tree = read_tree(mail_);
  EXPECT_EQ(tree.at("example.com").uid, 0U);
  EXPECT_EQ(tree.at("example.com").mode, 0755U) << "like what is above it, but not for all to write in";
  EXPECT_EQ(tree.at("example.com/alice").uid, 5001U);
  EXPECT_EQ(tree.at("example.com/bob").uid, 5002U);
  EXPECT_EQ(tree.at("example.com/bob/Maildir/cur").uid, 5002U);
}

/// An account of any name, with one mail.
void record_account(Recorder& recorder, const std::string& name) {
  Account profile;
  profile.name = name;
  profile.source = "maildir:/nowhere";
  profile.layout = "maildir++";
  const auto number = recorder.add_account(profile);
  EntryState root;
  root.kind = EntryKind::kDirectory;
  root.mode = 0700;
  auto current = root;
  current.parent = kRootItem;
  current.name = "cur";
  const auto text = as_bytes("Subject: up\n\nup\n");
  EntryState mail;
  mail.kind = EntryKind::kMessage;
  mail.parent = recorder.new_item(number);
  mail.name = "1.up:2,S";
  mail.digest = Digest::of(text);
  mail.size = text.size();
  const std::vector<Change> changes{Put{kRootItem, Cause::kArrived, root}, Put{mail.parent, Cause::kArrived, current},
                                    Put{recorder.new_item(number), Cause::kArrived, mail}};
  recorder.record(number, changes, std::vector<Bytes>{Bytes(text.begin(), text.end())});
}

TEST_F(RestoreMany, AnAccountsNameLeadsNowhereElse) {
  RecordingLog log;
  for (const auto* name : {"..", "../../up@example.org", "..@example.org"}) {
    record_account(*open_recorder({*disk_, clock_, log}, store_), name);
  }
  at_ = last_change();
  const std::string to = directory_ / "deep/down/to";
  fs::create_directories(to);
  const auto ran = restore({"--accounts", "*up@example.org", "--accounts", "..*", "--to", to, "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(names_in(to).size(), 3U);
  for (const auto& name : names_in(to)) EXPECT_TRUE(fs::exists(to + "/" + name + "/cur/1.up:2,S")) << name;
  EXPECT_THAT(names_in(directory_ / "deep/down"), UnorderedElementsAre("to"));
  fs::create_directories(to + "/source/example.org");
  EXPECT_EQ(restore({"--accounts", "..@*", "--into-source", "maildir:" + to + "/source/%d/%n"}).status, 1);
  EXPECT_THAT(names_in(to + "/source"), UnorderedElementsAre("example.org"));
}

TEST_F(RestoreMany, SaysWhatIsNotThere) {
  for (const std::string word : {"nobody@*", "example.com"}) {
    const auto ran = restore({"--accounts", word});
    EXPECT_EQ(ran.status, 1) << word;
    EXPECT_THAT(ran.err, HasSubstr("no account \"" + word + "\" at "));
  }
  EXPECT_EQ(restore({"--domain", "example.com", "--domain", "example.co"}).status, 1);
  EXPECT_EQ(run({"restore", "--domain", "example.com", "--at", "2001"}).status, 1);
  const std::string help = "yestermail restore --help";
  expect_usage_error(restore({"bob@example.com", "--domain", "example.com"}), "one or the other", help);
  expect_usage_error(restore({"--domain", "@"}), "--domain: write a domain", help);
  expect_usage_error(restore({}), "no account given", help);
  expect_usage_error(run({"restore", "--domain", "example.com"}), "no --at", help);
  expect_usage_error(restore({"--domain", "example.com", "--to", "x", "--into-source", "maildir:/x/%u"}), "two places",
                     help);
  expect_usage_error(restore({"--domain", "example.com", "--into-source", "/x"}), "maildir:", help);
}

}  // namespace
}  // namespace yestermail::test
