// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "base/fd.h"
#include "tests/scanner/scan_world.h"
#include "tests/support/tree_compare.h"

namespace yestermail {
namespace {

using namespace test;
using testing::Contains;
using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

/// One refused entry beside one good message: it is counted and named, the message is taken in, and so it is the next
/// time, too.
void expect_refused(ScanWorld& world, const std::string& path, const std::string& why) {
  world.box().put("", "1.a.host:2,S", "good\n");
  for (int round = 0; round < 2; ++round) {
    const auto report = world.scan();
    EXPECT_EQ(report.items_refused, 1U) << joined(report.failures);
    EXPECT_EQ(report.failures_total, 1U);
    EXPECT_THAT(report.failures, Contains(HasSubstr(why)));
    EXPECT_EQ(report.items_arrived, round == 0 ? 1U : 0U);
    EXPECT_FALSE(world.at(path));
  }
  EXPECT_TRUE(world.log.mentions(why));
}

TEST(ScanRefusals, ASymbolicLink) {
  ScanWorld world;
  write(world.directory / "secret", "secret\n");
  fs::create_symlink(world.directory / "secret", world.alice() + "/cur/2.link:2,S");
  expect_refused(world, "cur/2.link:2,S", "cur/2.link:2,S: a symbolic link");
}

TEST(ScanRefusals, ASymbolicLinkInsteadOfAFolder) {
  ScanWorld world;
  MaildirBuilder other(world.directory / "other");
  other.put("", "9.z.host:2,S", "not alice's\n");
  fs::create_symlink(other.root(), world.alice() + "/.Sent");
  expect_refused(world, ".Sent", ".Sent: a symbolic link");
}

TEST(ScanRefusals, AFifo) {
  ScanWorld world;
  ASSERT_EQ(::mkfifo((world.alice() + "/cur/2.fifo").c_str(), 0600), 0);
  expect_refused(world, "cur/2.fifo", "cur/2.fifo: not a regular file");
}

TEST(ScanRefusals, ASocket) {
  ScanWorld world;
  const auto path = world.alice() + "/cur/2.socket";
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  expect_refused(world, "cur/2.socket", "not a regular file");
}

TEST(ScanRefusals, ADevice) {
  ScanWorld world;
  if (::mknod((world.alice() + "/cur/2.zero").c_str(), S_IFCHR | 0600, makedev(1, 5)) != 0) GTEST_SKIP() << "not root";
  expect_refused(world, "cur/2.zero", "not a regular file");
}

TEST(ScanRefusals, AHardLinkToAnotherOwnersFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root";
  ScanWorld world;
  write(world.directory / "others", "not alice's\n");
  ASSERT_EQ(::chown((world.directory / "others").c_str(), kNobody, kNobody), 0);
  fs::create_hard_link(world.directory / "others", world.alice() + "/cur/2.link:2,S");
  expect_refused(world, "cur/2.link:2,S", "a hard link to a file of another owner");
}

TEST(ScanRefusals, AHardLinkOfTheSameOwnerIsAMessage) {
  ScanWorld world;
  write(world.directory / "bobs", "to both\n");
  fs::create_hard_link(world.directory / "bobs", world.alice() + "/new/2.link");
  EXPECT_EQ(world.scan_exactly().items_arrived, 1U);
}

TEST(ScanRefusals, ADirectoryAmongMessages) {
  ScanWorld world;
  write(world.alice() + "/cur/2.dir/inner", "x");
  expect_refused(world, "cur/2.dir", "a directory among messages");
}

TEST(ScanRefusals, AFolderWithAReservedName) {
  ScanWorld world;
  write(world.alice() + "/@home/cur/1.x", "x");
  expect_refused(world, "@home", "a mailbox cannot have this name");
}

TEST(ScanRefusals, AFileThatIsTooLarge) {
  ScanWorld world;
  world.box().put("", "2.b.host:2,S", std::string(1001, 'x'));
  ScanOptions options;
  options.largest_file = 1000;
  const auto report = world.scan(options);
  EXPECT_EQ(report.items_refused, 1U);
  EXPECT_FALSE(world.at("cur/2.b.host:2,S"));
  EXPECT_EQ(world.scan().items_arrived, 1U) << "with the usual limit it is taken";
}

TEST(ScanRefusals, AMessageThatBecomesALinkStaysAsItWas) {
  ScanWorld world;
  world.box().put("", "1.a.host:2,S", "good\n");
  world.scan_exactly();
  write(world.directory / "secret", "secret\n");
  fs::remove(world.alice() + "/cur/1.a.host:2,S");
  fs::create_symlink(world.directory / "secret", world.alice() + "/cur/1.a.host:2,F");
  const auto report = world.scan();
  EXPECT_EQ(report.items_refused, 1U);
  EXPECT_EQ(report.items_changed, 0U);
}

TEST(ScanRefusals, LinesForTheAdministratorArePrintable) {
  ScanWorld world;
  fs::create_symlink("/etc/passwd", world.alice() + "/cur/\x1b[2J\n\xff:2,S");
  const auto report = world.scan();
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_THAT(report.failures[0], HasSubstr("cur/\\x1b[2J\\x0a\\xff:2,S"));
}

TEST(ScanRefusals, OnlySoManyLinesAreKept) {
  ScanWorld world;
  for (int i = 0; i < 250; ++i) fs::create_symlink("/x", world.alice() + "/cur/" + std::to_string(i));
  const auto report = world.scan();
  EXPECT_EQ(report.failures_total, 250U);
  EXPECT_EQ(report.failures.size(), ScanReport::kFailureTexts);
}

/// Runs as somebody whom permissions stop. Failures of the test show as the exit status.
void as_nobody(const std::function<void()>& body) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(99);
    body();
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ScanRefusals, WhatCannotBeReadIsReportedAndNeverDeleted) {
  as_nobody([] {
    ScanWorld world;
    world.box().make_folder(".Work");
    world.box().put(".Work", "1.a.host:2,S", "one\n");
    world.box().put("", "2.b.host:2,S", "two\n");
    world.box().put("", "3.c.host:2,S", "three\n");
    world.scan_exactly();
    const auto message = world.item("cur/2.b.host:2,S");

    fs::permissions(world.alice() + "/.Work/cur", fs::perms::none);
    world.box().put("", "4.d.host:2,S", "new, but closed\n");
    fs::permissions(world.alice() + "/cur/4.d.host:2,S", fs::perms::none);
    write(world.alice() + "/tmp/x", "changed, but closed\n");
    fs::permissions(world.alice() + "/tmp/x", fs::perms::none);
    fs::rename(world.alice() + "/tmp/x", world.alice() + "/cur/2.b.host:2,S");
    world.box().put("", "5.e.host:2,S", "and one more\n");
    for (int round = 0; round < 2; ++round) {
      const auto report = world.scan();
      EXPECT_EQ(report.items_failed, 3U) << joined(report.failures);
      EXPECT_EQ(report.items_deleted, 0U);
      EXPECT_EQ(report.items_arrived, round == 0 ? 1U : 0U);
      EXPECT_THAT(report.failures, Contains(HasSubstr(".Work/cur: Permission denied")));
      EXPECT_THAT(report.failures, Contains(HasSubstr("cur/4.d.host:2,S: Permission denied")));
    }
    EXPECT_TRUE(world.at(".Work/cur/1.a.host:2,S"));
    EXPECT_EQ(world.history(message).size(), 1U);

    fs::permissions(world.alice() + "/.Work/cur", fs::perms::owner_all);
    fs::permissions(world.alice() + "/cur/4.d.host:2,S", fs::perms::owner_read);
    fs::permissions(world.alice() + "/cur/2.b.host:2,S", fs::perms::owner_read);
    world.scan_exactly();
    EXPECT_EQ(world.item("cur/2.b.host:2,S"), message);
  });
}

TEST(ScanRefusals, AFolderThatCanBeListedButNotEnteredLosesNothing) {
  as_nobody([] {
    ScanWorld world;
    world.box().put("", "1.a.host:2,S", "one\n");
    world.box().write("dovecot-keywords", "0 x\n");
    world.scan_exactly();
    for (const auto& place : {world.alice() + "/cur", world.alice()}) {
      fs::permissions(place, fs::perms::owner_read);
      const auto report = world.scan();
      EXPECT_GE(report.items_failed + report.accounts_failed, 1U);
      EXPECT_EQ(report.items_deleted, 0U);
      fs::permissions(place, fs::perms::owner_all);
      EXPECT_TRUE(world.at("cur/1.a.host:2,S"));
    }
    EXPECT_EQ(world.scan_exactly().items_arrived, 0U);
  });
}

TEST(ScanRefusals, AClosedFolderThatIsNewIsRecordedAsFarAsItCanBeSeen) {
  as_nobody([] {
    ScanWorld world;
    world.box().make_folder(".Shut");
    world.box().put(".Shut", "1.a.host:2,S", "one\n");
    fs::permissions(world.alice() + "/.Shut", fs::perms::none);
    world.box().put("", "2.b.host:2,S", "two\n");
    const auto report = world.scan();
    EXPECT_EQ(report.items_failed, 1U);
    EXPECT_EQ(report.items_arrived, 1U);
    EXPECT_TRUE(world.at(".Shut"));
    fs::permissions(world.alice() + "/.Shut", fs::perms::owner_all);
    world.scan_exactly();
  });
}

TEST(ScanRefusals, AClosedAccountDoesNotStopTheOthers) {
  as_nobody([] {
    ScanWorld world;
    MaildirBuilder bob(world.mail() + "/example.com/bob/Maildir");
    bob.put("", "1.a.host:2,S", "one\n");
    world.box().put("", "2.b.host:2,S", "two\n");
    world.scan_exactly();
    fs::permissions(world.alice(), fs::perms::none);
    bob.put("", "3.c.host:2,S", "three\n");
    const auto report = world.scan();
    EXPECT_EQ(report.accounts_failed, 1U + 1U) << joined(report.failures);
    EXPECT_EQ(report.accounts_ended, 0U);
    EXPECT_EQ(report.items_arrived, 1U);
    EXPECT_TRUE(world.at("cur/2.b.host:2,S"));
    fs::permissions(world.alice(), fs::perms::owner_all);
    world.scan_exactly();
  });
}

}  // namespace
}  // namespace yestermail
