// SPDX-License-Identifier: GPL-3.0-or-later
// `yestermail restore` on real Maildirs: what is put back, where, and what is left alone.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/restore/mail_rules.h"
#include "tests/support/tree_compare.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::int64_t mtime_of(const std::string& path) {
  struct stat is {};
  EXPECT_EQ(::stat(path.c_str(), &is), 0) << path;
  return is.st_mtim.tv_sec * 1'000'000'000LL + is.st_mtim.tv_nsec;
}

class Restore : public StoreCommandTest {
 protected:
  void SetUp() override {
    make_scanned_store();
    at_ = last_change();
    bob_ = mail_ + "/example.com/bob/Maildir";
  }
  Ran restore(const std::string& what, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"restore", what, "--at", at_};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  /// How many items of a JSON report had this outcome.
  static std::size_t count(const Ran& ran, const std::string& what) {
    std::size_t count = 0;
    for (const auto& item : ran.json()) count += item.at("what") == what ? 1U : 0U;
    return count;
  }
  /// Scans a folder with one mail, and comes back to the time when it was there.
  void add_and_remember(const std::string& folder, const std::string& name, const std::string& text) {
    bob().put(folder, name, text);
    scan();
    at_ = last_change();
  }

  std::string at_;
  std::string bob_;
};

TEST_F(Restore, GivesAMailboxThatWasLostBackAsItWas) {
  fs::copy(bob_, directory_ / "before", fs::copy_options::recursive);
  const auto want = read_tree(bob_, of_mail());
  fs::remove_all(mail_ + "/example.com/bob");
  const auto ran = restore("bob@example.com", {"--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_GT(count(ran, "restored"), 5U);
  EXPECT_EQ(count(ran, "failed"), 0U);
  EXPECT_THAT(differences(want, read_tree(bob_, of_mail()), of_mail()), IsEmpty());
}

TEST_F(Restore, WritesNothingTwice) {
  fs::remove_all(bob_ + "/.Projects.R&-D");
  bob().make_folder(".Projects.R&-D");
  ASSERT_EQ(restore("bob@example.com").status, 0);
  const auto before = read_tree(bob_);
  const auto ran = restore("bob@example.com", {"--json"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(count(ran, "restored"), 0U);
  EXPECT_GT(count(ran, "already there"), 5U);
  EXPECT_THAT(differences(before, read_tree(bob_)), IsEmpty());
}

TEST_F(Restore, TwoEqualMailsAreTwo) {
  bob().put("", "1.twin:2,S", "the same\n");
  add_and_remember("", "2.twin:2,", "the same\n");
  bob().remove("", "1.twin:2,S");
  bob().rename("", "2.twin:2,", "2.twin:2,F");
  const auto ran = restore("bob@example.com/INBOX", {"--json"});
  EXPECT_EQ(count(ran, "restored"), 1U);
  EXPECT_EQ(read_text(bob_ + "/cur/1.twin:2,S"), "the same\n");
  EXPECT_EQ(read_text(bob_ + "/cur/2.twin:2,F"), "the same\n");
  EXPECT_FALSE(fs::exists(bob_ + "/cur/2.twin:2,"));
}

TEST_F(Restore, TakesAFreshNameWhereAnotherMailHasTheOldOne) {
  add_and_remember("", "5.name,S=4,W=5:2,FS", "old\n");
  const auto mtime = mtime_of(bob_ + "/cur/5.name,S=4,W=5:2,FS");
  bob().remove("", "5.name,S=4,W=5:2,FS");
  bob().deliver("", "5.name,S=4,W=5", "new\n");
  const auto ran = restore("bob@example.com/INBOX/5.name,S=4,W=5", {"--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const auto file = ran.json().at(0).at("file").get<std::string>();
  EXPECT_THAT(file, ::testing::EndsWith(",S=4,W=5:2,FS"));
  EXPECT_EQ(file.find("5.name"), std::string::npos);
  EXPECT_EQ(read_text(bob_ + "/cur/" + file), "old\n");
  EXPECT_EQ(mtime_of(bob_ + "/cur/" + file), mtime);
  EXPECT_EQ(read_text(bob_ + "/new/5.name,S=4,W=5"), "new\n");
}

TEST_F(Restore, TranslatesTheLettersOfKeywords) {
  bob().make_folder(".Keys");
  bob().write(".Keys/dovecot-keywords", "0 work\n1 home\n2 both\n");
  add_and_remember(".Keys", "6.keys:2,Sac", "mail\n");
  bob().remove(".Keys", "6.keys:2,Sac");
  bob().write(".Keys/dovecot-keywords", "0 other\n3 both\n");
  const auto before = mtime_of(bob_ + "/.Keys/dovecot-keywords");
  ASSERT_EQ(restore("bob@example.com/Keys").status, 0);
  EXPECT_EQ(read_text(bob_ + "/.Keys/cur/6.keys:2,Sbd"), "mail\n");
  EXPECT_EQ(read_text(bob_ + "/.Keys/dovecot-keywords"), "0 other\n1 work\n3 both\n");
  EXPECT_NE(mtime_of(bob_ + "/.Keys/dovecot-keywords") / 1'000'000'000, before / 1'000'000'000);
  EXPECT_FALSE(fs::exists(bob_ + "/.Keys/dovecot-keywords.lock"));
  EXPECT_FALSE(fs::exists(bob_ + "/.Keys/dovecot-uidlist.lock"));
}

TEST_F(Restore, SaysWhichKeywordsCannotBeKept) {
  bob().make_folder(".Keys");
  bob().write(".Keys/dovecot-keywords", "0 work\n");
  add_and_remember(".Keys", "6.keys:2,Sa", "mail\n");
  bob().remove(".Keys", "6.keys:2,Sa");
  std::string full;
  for (int i = 0; i < 26; ++i) full += std::to_string(i) + " k" + std::to_string(i) + "\n";
  bob().write(".Keys/dovecot-keywords", full);
  const auto ran = restore("bob@example.com/Keys");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("without the keywords work"));
  EXPECT_TRUE(fs::exists(bob_ + "/.Keys/cur/6.keys:2,S"));
  EXPECT_EQ(read_text(bob_ + "/.Keys/dovecot-keywords"), full);
}

TEST_F(Restore, FailsOverALockThatSomebodyHoldsAndTakesOneOfTheDead) {
  bob().make_folder(".Keys");
  bob().write(".Keys/dovecot-keywords", "0 work\n");
  add_and_remember(".Keys", "6.keys:2,Sa", "mail\n");
  bob().remove(".Keys", "6.keys:2,Sa");
  bob().write(".Keys/dovecot-keywords", "0 other\n");
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  bob().write(".Keys/dovecot-uidlist.lock", std::to_string(::getpid()) + ":" + host.data());
  const auto ran = restore("bob@example.com/Keys");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("dovecot-uidlist.lock"));
  EXPECT_THAT(names_in(bob_ + "/.Keys/cur"), IsEmpty());
  EXPECT_THAT(names_in(bob_ + "/.Keys/tmp"), IsEmpty());
  bob().write(".Keys/dovecot-uidlist.lock", "2147483646:" + std::string(host.data()));
  EXPECT_EQ(restore("bob@example.com/Keys").status, 0);
}

TEST_F(Restore, MakesAndSubscribesAFolder) {
  bob().make_folder(".Away.One");
  add_and_remember(".Away.One", "7.mail:2,S", "mail\n");
  fs::remove_all(bob_ + "/.Away.One");
  bob().write("subscriptions", "V\t2\n\nProjects\n");
  ASSERT_EQ(restore("bob@example.com/Away/One").status, 0);
  EXPECT_EQ(read_text(bob_ + "/subscriptions"), "V\t2\n\nProjects\nAway\tOne\n");
  EXPECT_THAT(names_in(bob_ + "/.Away.One"), ::testing::UnorderedElementsAre("cur", "new", "tmp", "maildirfolder"));
  bob().write("subscriptions", "V\t2\n\nProjects\n");
  ASSERT_EQ(restore("bob@example.com/Away/One").status, 0);
  EXPECT_EQ(read_text(bob_ + "/subscriptions"), "V\t2\n\nProjects\n") << "somebody did not want it any more";
}

TEST_F(Restore, TakesTheFoldersBelowAlong) {
  bob().make_folder(".Up");
  bob().put(".Up", "8.up:2,", "up\n");
  bob().make_folder(".Up.Down");
  bob().make_folder(".Upper");
  bob().put(".Upper", "9.upper:2,", "upper\n");
  add_and_remember(".Up.Down", "8.down:2,", "down\n");
  const auto ran = restore("bob@example.com/Up", {"--to", directory_ / "new", "--json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(count(ran, "restored"), 2U);
  EXPECT_FALSE(fs::exists(directory_ / "new/.Upper"));
  EXPECT_EQ(read_text(directory_ / "new/.Up.Down/cur/8.down:2,"), "down\n");
}

TEST_F(Restore, WritesReadableFiles) {
  const std::string to = directory_ / "mails";
  const auto ran = restore("bob@example.com", {"--to", to, "--as", "eml", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const auto report = ran.json();
  for (const auto& item : report) {
    if (item.at("what") == "skipped") continue;
    const auto path = to + "/" + item.at("folder").get<std::string>() + "/" + item.at("file").get<std::string>();
    EXPECT_THAT(path, ::testing::EndsWith(".eml"));
    EXPECT_EQ(Digest::of(as_bytes(read_text(path))).hex(), item.at("digest")) << path;
    EXPECT_EQ(mtime_of(path), item.at("mtime_ns").get<std::int64_t>());
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
  EXPECT_FALSE(fs::exists(to + "/.yestermail-unfinished"));
  const auto again = restore("bob@example.com", {"--to", to, "--as", "eml", "--json"});
  EXPECT_EQ(count(again, "already there"), count(ran, "restored"));
  const auto path = to + "/INBOX/" + *names_in(to + "/INBOX").begin();
  std::ofstream(path) << "somebody's own";
  EXPECT_EQ(count(restore("bob@example.com", {"--to", to, "--as", "eml", "--json"}), "restored"), 1U);
  EXPECT_EQ(read_text(path), "somebody's own");
}

TEST_F(Restore, ADryRunWritesNothing) {
  const auto file = *names_in(bob_ + "/cur").begin();
  fs::remove(bob_ + "/cur/" + file);
  fs::remove_all(bob_ + "/.Projects.R&-D");
  const auto before = read_tree(mail_);
  const auto ran = restore("bob@example.com", {"--dry-run"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("would restore"));
  EXPECT_THAT(differences(before, read_tree(mail_)), IsEmpty());
  EXPECT_EQ(restore("bob@example.com", {"--dry-run", "--to", directory_ / "none"}).status, 0);
  EXPECT_EQ(restore("bob@example.com", {"--dry-run", "--to", directory_ / "none", "--as", "eml"}).status, 0);
  EXPECT_FALSE(fs::exists(directory_ / "none"));
}

TEST_F(Restore, NeverFollowsASymbolicLink) {
  const std::string elsewhere = directory_ / "elsewhere";
  for (const auto* part : {"/cur", "/new", "/tmp"}) fs::create_directories(elsewhere + part);
  bob().make_folder(".Trap");
  add_and_remember(".Trap", "1.trap:2,", "mail\n");
  fs::remove_all(bob_ + "/.Trap");
  fs::create_directory_symlink(elsewhere, bob_ + "/.Trap");
  auto ran = restore("bob@example.com/Trap");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("symbolic link"));
  fs::remove(bob_ + "/.Trap");
  bob().make_folder(".Trap");
  fs::remove(bob_ + "/.Trap/cur");
  fs::create_directory_symlink(elsewhere + "/cur", bob_ + "/.Trap/cur");
  ran = restore("bob@example.com/Trap");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(names_in(elsewhere + "/cur"), IsEmpty());
  EXPECT_THAT(names_in(elsewhere + "/tmp"), IsEmpty());
}

TEST_F(Restore, ALinkThatHasTheNameOfTheMailIsNotWrittenThrough) {
  add_and_remember("", "1.trap:2,S", "mail\n");
  bob().remove("", "1.trap:2,S");
  std::ofstream(directory_ / "victim") << "victim";
  fs::create_symlink(directory_ / "victim", bob_ + "/cur/1.trap:2,S");
  ASSERT_EQ(restore("bob@example.com/INBOX/1.trap", {"--json"}).status, 0);
  EXPECT_EQ(read_text(directory_ / "victim"), "victim");
  EXPECT_TRUE(fs::is_symlink(bob_ + "/cur/1.trap:2,S"));
}

TEST_F(Restore, BelongsToTheOwnerOfTheMailbox) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: files are given to another user";
  const auto file = *names_in(bob_ + "/cur").begin();
  for (const auto& entry : fs::recursive_directory_iterator(bob_))
    ASSERT_EQ(::lchown(entry.path().c_str(), 5001, 5002), 0);
  ASSERT_EQ(::chown(bob_.c_str(), 5001, 5002), 0);
  fs::permissions(bob_, fs::perms(0750));
  fs::remove(bob_ + "/cur/" + file);
  fs::remove_all(bob_ + "/.Projects.R&-D");
  ASSERT_EQ(restore("bob@example.com").status, 0);
  for (const auto& [path, entry] : read_tree(bob_)) {
    EXPECT_EQ(entry.uid, 5001U) << path;
    EXPECT_EQ(entry.gid, 5002U) << path;
  }
  EXPECT_EQ(fs::status(bob_ + "/.Projects.R&-D/cur").permissions(), fs::perms(0750));
}

/// A disk of this size; it ends with the object.
class SmallDisk {
 public:
  SmallDisk(std::string path, const char* size) : path_(std::move(path)) {
    fs::create_directory(path_);
    mounted_ = ::mount("none", path_.c_str(), "tmpfs", 0, size) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool is_there() const { return mounted_; }

 private:
  const std::string path_;
  bool mounted_ = false;
};

TEST_F(Restore, SaysThatTheDiskIsFullAndGoesOnWithRoom) {
  add_and_remember("", "1700000000.M1.host:2,", "Subject: large\n\n" + std::string(500'000, 'x'));
  const auto to = directory_ / "small/bob";
  std::size_t there = 0;
  const SmallDisk disk(directory_ / "small", "size=256k");
  if (!disk.is_there()) GTEST_SKIP() << "may not mount here";
  const auto ran = restore("bob@example.com", {"--to", to});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("No space left on device: make room and give the command again"));
  for (const auto& entry : fs::recursive_directory_iterator(to)) {
    there += entry.is_regular_file() && entry.file_size() == 500'016 ? 1U : 0U;
  }
  EXPECT_EQ(there, 0U) << "or the disk was not full";
  EXPECT_TRUE(fs::is_empty(to + "/tmp"));
  ASSERT_EQ(::mount("none", (directory_ / "small").c_str(), nullptr, MS_REMOUNT, "size=4m"), 0);
  const auto again = restore("bob@example.com", {"--to", to, "--json"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(count(again, "failed"), 0U);
  EXPECT_EQ(fs::file_size(to + "/cur/1700000000.M1.host:2,"), 500'016U);
}

TEST_F(Restore, SaysWhatIsNotThere) {
  EXPECT_EQ(restore("nobody@example.com").status, 1);
  EXPECT_EQ(restore("bob@example.com/Nowhere").status, 1);
  EXPECT_EQ(restore("bob@example.com/INBOX/nothing").status, 1);
  EXPECT_EQ(run({"restore", "bob@example.com", "--at", "2001"}).status, 1);
  bob().make_folder(".Empty");
  scan();
  at_ = last_change();
  EXPECT_EQ(restore("bob@example.com/Empty", {"--to", directory_ / "new"}).status, 1) << "nothing was found";
  expect_usage_error(run({"restore", "bob@example.com"}), "no --at", "yestermail restore --help");
  expect_usage_error(run({"restore", "bob@example.com", "--at", "2100"}), "in the future", "yestermail restore --help");
  expect_usage_error(restore("bob@example.com", {"--as", "eml"}), "--to", "yestermail restore --help");
  expect_usage_error(restore("bob@example.com", {"--to", "x", "--as", "mbox"}), "mbox", "yestermail restore --help");
}

}  // namespace
}  // namespace yestermail::test
