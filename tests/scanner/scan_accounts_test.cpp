// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "scanner/account_source.h"
#include "tests/scanner/scan_world.h"
#include "tests/support/tree_compare.h"

namespace yestermail {
namespace {

using namespace test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::string bob(const ScanWorld& world) { return world.mail() + "/example.com/bob/Maildir"; }

TEST(ScanAccounts, AreFoundByTheTemplate) {
  TempDirectory directory;
  MaildirBuilder(directory / "example.com/alice/Maildir").make_folder("");
  MaildirBuilder(directory / "example.org/alice/Maildir").make_folder("");
  fs::create_directories(directory / "example.org/empty/Maildir");
  fs::create_directories(directory / "example.org/.hidden/Maildir");
  fs::create_directories(directory / "lost+found");
  write(directory / "example.org/junk/Maildir/holiday.jpg", "no mail");
  write(directory / "example.org/file", "no directory");
  fs::create_directories(directory / "example.org/folder-only/Maildir/.Sent");
  EXPECT_THAT(check_source("maildir:" + directory.path() + "/%d/%n/Maildir"),
              ElementsAre("alice@example.com", "alice@example.org", "empty@example.org", "folder-only@example.org"));
}

TEST(ScanAccounts, HaveOtherNamesUnderOtherTemplates) {
  TempDirectory directory;
  MaildirBuilder(directory / "alice@example.com/m").make_folder("");
  EXPECT_THAT(check_source("maildir:" + directory.path() + "/%u/m"), ElementsAre("alice@example.com"));
  EXPECT_THAT(check_source("maildir:" + directory.path() + "/%n@%d/m"), ElementsAre("alice@example.com"));
  EXPECT_THAT(check_source("maildir:" + directory.path() + "/alice@example.com/m"), ElementsAre("alice@example.com"));
  EXPECT_THAT(check_source("maildir:" + directory.path() + "/alice@example.com/%u"), ElementsAre("m"));
}

TEST(ScanAccounts, AFoldersTreeNeedsAFolderInIt) {
  TempDirectory directory;
  fs::create_directories(directory / "alice/Work/cur");
  fs::create_directories(directory / "bob/Pictures");
  EXPECT_THAT(check_source("maildir:" + directory.path() + "/%u:LAYOUT=fs"), ElementsAre("alice"));
}

TEST(CheckSource, RefusesWhereOnlyEmptyDirectoriesStand) {
  TempDirectory directory;
  fs::create_directories(directory / "opt");
  fs::create_directories(directory / "skel");
  const auto source = "maildir:" + directory.path() + "/%u";
  EXPECT_THROW(static_cast<void>(check_source(source)), Error);
  MaildirBuilder(directory / "alice").make_folder("");
  EXPECT_THAT(check_source(source), ElementsAre("alice", "opt", "skel"));
}

TEST(CheckSource, NamesThePathThatIsMissingOrNoMailTree) {
  TempDirectory directory;
  const auto failure = [](const std::string& source) -> std::pair<Errc, std::string> {
    try {
      (void)check_source(source);
    } catch (const Error& error) {
      return {error.code(), error.what()};
    }
    return {Errc::kFailed, "accepted"};
  };
  const auto missing = failure("maildir:" + directory / "nowhere/%d/%n");
  EXPECT_EQ(missing.first, Errc::kNotFound);
  EXPECT_THAT(missing.second, HasSubstr(directory / "nowhere"));
  EXPECT_EQ(failure("maildir:" + directory / "alice").first, Errc::kNotFound);
  EXPECT_EQ(failure("maildir:" + directory / "no/where/alice").first, Errc::kNotFound);

  fs::create_directories(directory / "pictures/alice");
  write(directory / "pictures/alice/1.jpg", "x");
  const auto no_mail = failure("maildir:" + directory / "pictures/%u");
  EXPECT_EQ(no_mail.first, Errc::kUsage);
  EXPECT_THAT(no_mail.second, HasSubstr(directory / "pictures"));
  EXPECT_EQ(failure("maildir:" + directory / "pictures/alice").first, Errc::kUsage);
  EXPECT_EQ(failure("maildir:" + directory / "pictures/alice/1.jpg").first, Errc::kUsage);
  EXPECT_EQ(failure("mbox:/x").first, Errc::kUsage);
}

TEST(SourceRoots, AreThePartsThatAreTheSameForAllAccounts) {
  EXPECT_THAT(source_roots({"maildir:/srv/%d/%n:CONTROL=/var/c/%u", "maildir:/home/alice/Maildir"}),
              ElementsAre("/srv", "/var/c", "/home/alice/Maildir"));
}

TEST(ScanAccounts, AreTakenAndLeftOutByPattern) {
  ScanWorld world;
  MaildirBuilder(bob(world)).put("", "1.a.host:2,", "x\n");
  MaildirBuilder(world.mail() + "/example.org/carol/Maildir").make_folder("");
  ScanOptions options;
  options.accounts = {"*@example.com"};
  options.exclude = {"al*"};
  EXPECT_EQ(world.scan(options).accounts_seen, 1U);
  EXPECT_TRUE(world.view().account_named("bob@example.com", kForever));
  EXPECT_EQ(world.scan().accounts_added, 2U);
  fs::remove_all(world.mail() + "/example.com/alice");
  EXPECT_EQ(world.scan(options).accounts_ended, 0U) << "alice is none of this scan's business";
  EXPECT_EQ(world.scan().accounts_ended, 1U);
}

TEST(ScanAccounts, OneThatIsDeletedEndsAndKeepsItsHistory) {
  ScanWorld world;
  MaildirBuilder(bob(world)).make_folder("");
  world.box().put("", "1.a.host:2,", "x\n");
  world.scan_exactly();
  const auto number = world.account();
  const auto before = world.view().last_instant();
  fs::remove_all(world.mail() + "/example.com/alice");
  EXPECT_EQ(world.scan().accounts_ended, 1U);
  EXPECT_FALSE(world.view().account_named("alice@example.com", kForever));
  EXPECT_TRUE(world.view().account_named("alice@example.com", before));

  world.box().put("", "2.b.host:2,", "new\n");
  EXPECT_EQ(world.scan_exactly().accounts_added, 1U);
  EXPECT_NE(world.account(), number) << "another incarnation";
  EXPECT_FALSE(world.at("cur/1.a.host:2,"));
}

TEST(ScanAccounts, OnlyTheMailDirectoryGone) {
  ScanWorld world;
  MaildirBuilder(bob(world)).make_folder("");
  world.scan_exactly();
  fs::remove_all(world.alice());  // Its home directory is empty now, but it is the one that it was.
  EXPECT_EQ(world.scan().accounts_ended, 1U);
}

TEST(ScanAccounts, AnEmptyDirectoryMayBeAMountpointWithNothingMounted) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,", "x\n");
  world.scan_exactly();
  fs::rename(world.mail(), world.directory / "aside");
  fs::create_directory(world.mail());
  const auto report = world.scan();
  EXPECT_EQ(report.accounts_ended, 0U);
  EXPECT_THAT(report.failures, Contains(HasSubstr("is a file system not mounted there?")));
  EXPECT_TRUE(world.at("cur/1.a.host:2,"));

  // The same a level further down, where the account's own file system may be.
  fs::create_directories(world.mail() + "/example.com/alice");
  EXPECT_EQ(world.scan().accounts_ended, 0U);
  fs::remove_all(world.mail());
  const auto missing = world.scan();
  EXPECT_EQ(missing.accounts_ended, 0U);
  EXPECT_EQ(missing.accounts_failed, 1U);
  fs::rename(world.directory / "aside", world.mail());
  world.scan_exactly();
}

TEST(ScanAccounts, WhatIsNoMailTreeAnyMoreIsReported) {
  ScanWorld world;
  MaildirBuilder(bob(world)).make_folder("");
  world.scan_exactly();
  fs::remove_all(world.alice());
  write(world.alice() + "/holiday.jpg", "x");
  const auto report = world.scan();
  EXPECT_EQ(report.accounts_ended, 0U);
  EXPECT_THAT(report.failures, Contains(HasSubstr("no mail tree any more")));
}

TEST(ScanAccounts, OfAnotherSourceAreLeftAlone) {
  ScanWorld world;
  world.scan_exactly();
  TempDirectory other;
  MaildirBuilder(other / "x/carol/Maildir").make_folder("");
  world.sources = {"maildir:" + other.path() + "/%d/%n/Maildir"};
  fs::remove_all(world.mail() + "/example.com");
  const auto report = world.scan();
  EXPECT_EQ(report.accounts_ended, 0U);
  EXPECT_TRUE(world.view().account_named("alice@example.com", kForever));
}

TEST(ScanAccounts, OneNameFromTwoSourcesIsReported) {
  ScanWorld world;
  TempDirectory other;
  MaildirBuilder(other / "example.com/alice/Maildir").put("", "9.z.host:2,", "x\n");
  world.sources.push_back("maildir:" + other.path() + "/%d/%n/Maildir");
  const auto report = world.scan();
  EXPECT_EQ(report.accounts_failed, 1U);
  EXPECT_THAT(report.failures, Contains(HasSubstr("two sources")));
  EXPECT_FALSE(world.at("cur/9.z.host:2,"));
}

TEST(ScanAccounts, ALinkInsteadOfAnAccountIsReported) {
  ScanWorld world;
  MaildirBuilder elsewhere(world.directory / "elsewhere/Maildir");
  fs::create_symlink(world.directory / "elsewhere", world.mail() + "/example.com/eve");
  const auto report = world.scan();
  EXPECT_EQ(report.accounts_failed, 1U);
  EXPECT_THAT(report.failures, Contains(HasSubstr("example.com/eve: a symbolic link")));
}

TEST(ScanAccounts, SieveScriptsOfTheHomeDirectoryAreRecorded) {
  ScanWorld world;
  const auto home = world.mail() + "/example.com/alice";
  write(home + "/sieve/main.sieve", "keep;\n");
  write(home + "/sieve/tmp/half", "x");
  write(home + "/.ssh/id", "none of our business");
  fs::create_symlink("sieve/main.sieve", home + "/.dovecot.sieve");
  EXPECT_TRUE(world.scan().complete());
  ASSERT_TRUE(world.at("@home/.dovecot.sieve"));
  EXPECT_EQ(world.at("@home/.dovecot.sieve")->state.digest, Digest::of(as_bytes("keep;\n")));
  EXPECT_TRUE(world.at("@home/sieve/main.sieve"));
  EXPECT_FALSE(world.at("@home/sieve/tmp/half"));
  EXPECT_FALSE(world.at("@home/.ssh"));
  const auto active = world.item("@home/.dovecot.sieve");

  write(home + "/sieve/other.sieve", "discard;\n");
  fs::remove(home + "/.dovecot.sieve");
  fs::create_symlink("sieve/other.sieve", home + "/.dovecot.sieve");
  EXPECT_TRUE(world.scan().complete());
  EXPECT_EQ(world.item("@home/.dovecot.sieve"), active);
  EXPECT_EQ(world.at("@home/.dovecot.sieve")->state.digest, Digest::of(as_bytes("discard;\n")));
  const auto before = world.view().last_instant();
  write(home + "/something", "else");
  EXPECT_TRUE(world.scan().complete());
  EXPECT_EQ(world.view().last_instant(), before) << "what else goes on in a home directory is no news";

  fs::remove(home + "/.dovecot.sieve");
  fs::create_symlink("/etc/passwd", home + "/.dovecot.sieve");
  EXPECT_EQ(world.scan().items_refused, 1U);
  fs::remove(home + "/.dovecot.sieve");
  fs::remove_all(home + "/sieve");
  EXPECT_EQ(world.scan().items_deleted, 3U);
  EXPECT_FALSE(world.at("@home/sieve"));
}

TEST(ScanAccounts, ControlFilesThatStandElsewhereAreRecorded) {
  ScanWorld world;
  const auto control = world.directory / "control/alice";
  write(control + "/.INBOX/dovecot-uidlist", "3 V1 N2 Gabc\n");
  write(control + "/subscriptions", "V\t2\n\nWork\n");
  world.sources = {world.sources[0] + ":CONTROL=" + world.directory.path() + "/control/%n"};
  EXPECT_TRUE(world.scan().complete());
  EXPECT_TRUE(world.at("@control/.INBOX/dovecot-uidlist"));
  EXPECT_TRUE(world.at("@control/subscriptions"));
  write(control + "/.INBOX/dovecot-uidlist", "3 V1 N3 Gabc\n1 :a\n");
  EXPECT_EQ(world.scan().items_changed, 1U);
  // Without it nothing is known of it: not that it is gone.
  fs::rename(world.directory / "control", world.directory / "aside");
  EXPECT_EQ(world.scan().items_deleted, 0U);
  EXPECT_TRUE(world.at("@control/subscriptions"));
}

TEST(ScanAccounts, ASourceThatIsNoneEndsTheScan) {
  ScanWorld world;
  world.sources = {"maildir:relative"};
  EXPECT_THROW(world.scan(), Error);
}

TEST(ScanAccounts, ProgressIsToldInOrder) {
  class Watcher final : public ScanProgress {
   public:
    void account_begun(std::string_view account, const ScanTally&) override { accounts.emplace_back(account); }
    void advanced(const ScanTally& tally) override { take(tally); }
    void committing(const ScanTally& tally) override { take(tally); }
    void take(const ScanTally& tally) {
      EXPECT_GE(tally.items_done, last.items_done);
      EXPECT_GE(tally.bytes_done, last.bytes_done);
      EXPECT_LE(tally.items_done, tally.items_planned);
      last = tally;
    }
    std::vector<std::string> accounts;
    ScanTally last;
  } watcher;
  ScanWorld world;
  build_small_server(world.mail());
  const auto report = scan(*world.recorder, world.log, world.sources, {}, &watcher);
  EXPECT_EQ(watcher.accounts.size(), report.accounts_seen);
  EXPECT_TRUE(watcher.last.planned_all);
  EXPECT_EQ(watcher.last.items_done, report.items_arrived);
  EXPECT_EQ(watcher.last.bytes_done, report.bytes_read);
}

}  // namespace
}  // namespace yestermail
