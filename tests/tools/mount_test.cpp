// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>
#include <sys/statfs.h>

#include <chrono>
#include <thread>

#include "fs/mount_info.h"
#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/support/tree_compare.h"
#include "tests/tools/store_fixture.h"

namespace yestermail::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

bool is_mounted(const std::string& path) {
  struct statfs info {};
  constexpr decltype(info.f_type) kFuseMagic = 0x65735546;
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == kFuseMagic;
}

/// Not ended, or ended and not waited for yet.
bool is_running(const Process& process) {
  std::ifstream stat("/proc/" + std::to_string(process.pid()) + "/stat");
  std::string text;
  std::getline(stat, text);
  const auto paren = text.rfind(')');
  return paren != std::string::npos && text.compare(paren + 2, 1, "Z") != 0;
}

class MountCommand : public StoreCommandTest {
 protected:
  MountCommand() { std::filesystem::create_directory(mount_); }
  ~MountCommand() override {
    if (is_mounted(mount_)) test::run({"fusermount3", "-u", "-z", mount_});
  }

  /// The real program: it forks.
  Outcome program(const std::vector<std::string>& words) {
    std::vector<std::string> command{program_path()};
    command.insert(command.end(), words.begin(), words.end());
    return test::run(command, {"YESTERMAIL_STORE=" + store_}, std::chrono::seconds(60));
  }
  void expect_refusal(const std::vector<std::string>& words, int status, const std::string& text) {
    const auto ran = run(words);
    EXPECT_EQ(ran.status, status) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, HasSubstr(text));
    EXPECT_FALSE(is_mounted(mount_));
  }

  const std::string mount_ = directory_ / "mnt";
};

#define SKIP_WITHOUT_FUSE() \
  if (::access("/dev/fuse", R_OK | W_OK) != 0) GTEST_SKIP() << "no /dev/fuse"

TEST_F(MountCommand, ReturnsWhenTheMountCanBeUsed) {
  SKIP_WITHOUT_FUSE();
  make_scanned_store();
  const auto ran = program({"mount", store_, mount_});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out + ran.err, "");
  EXPECT_TRUE(std::filesystem::exists(mount_ + "/README.txt"));
  TreeRules rules;
  rules.directory_mtimes = false;
  rules.ignore = [](std::string_view path) { return path == "tmp" || path.ends_with("/tmp"); };
  EXPECT_EQ(joined(compare_trees(alice().root(), mount_ + "/maildir/latest/alice@example.com", rules)), "");
  EXPECT_EQ(run({"scan"}).status, 0) << "a mount locks nobody out";
  EXPECT_EQ(test::run({"fusermount3", "-u", mount_}).status, 0);
  EXPECT_FALSE(is_mounted(mount_));
}

TEST_F(MountCommand, KeepsNoOutputOfItsCallerOpen) {
  SKIP_WITHOUT_FUSE();
  make_scanned_store();
  // The shell reads until nobody has the pipe open any more.
  const auto ran = test::run(
      {"sh", "-c", "text=$(\"$0\" mount \"$1\" \"$2\" 2>&1) && echo \"got <$text>\"", program_path(), store_, mount_},
      {}, std::chrono::seconds(60));
  EXPECT_FALSE(ran.timed_out);
  EXPECT_EQ(ran.out, "got <>\n");
}

TEST_F(MountCommand, GivesADeletedMailBackWithCp) {
  SKIP_WITHOUT_FUSE();
  const auto mail = sample_mail(42);
  bob().put("", "1.mail:2,S", mail);
  make_scanned_store();
  const auto before = last_change();
  bob().remove("", "1.mail:2,S");
  scan();
  ASSERT_EQ(program({"mount", mount_}).status, 0);
  const auto file = "/bob@example.com/cur/1.mail:2,S";
  EXPECT_FALSE(std::filesystem::exists(mount_ + "/maildir/latest" + file));
  ASSERT_EQ(test::run({"cp", "-a", mount_ + "/maildir/at/" + before + file, bob().root() + "/cur/"}).status, 0);
  EXPECT_EQ(read_text(bob().root() + "/cur/1.mail:2,S"), mail);
}

TEST_F(MountCommand, ShowsWhatFitsAQuery) {
  SKIP_WITHOUT_FUSE();
  bob().put("", "1.gone:2,S", "Subject: Zebra\n\ngone\n");
  make_scanned_store();
  bob().remove("", "1.gone:2,S");
  scan();
  ASSERT_EQ(program({"mount", store_, mount_}).status, 0);
  const auto found = [&](const std::string& directory) {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(mount_ + "/search/" + directory)) {
      all.push_back(read_text(entry.path()));
    }
    return all;
  };
  EXPECT_THAT(found("subject:zebra is:deleted/bob@example.com"), ::testing::ElementsAre("Subject: Zebra\n\ngone\n"));
  EXPECT_THAT(found("zebra/alice@example.com"), ::testing::IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(mount_ + "/search/nosuchfield:zebra"));
  bob().put("", "2.new:2,S", "Subject: Zebra\n\nnew\n");
  scan();
  while (found("zebra/bob@example.com").size() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(test::run({"fusermount3", "-u", mount_}).status, 0);
}

TEST_F(MountCommand, InTheForegroundEndsWithASignal) {
  SKIP_WITHOUT_FUSE();
  make_scanned_store();
  Process process({program_path(), "mount", "-f", "-t", "8", store_, mount_});
  while (process.out().empty() && is_running(process)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(process.out(), "mounted at " + mount_ + "; Ctrl-C or umount ends it\n");
  EXPECT_TRUE(std::filesystem::exists(mount_ + "/latest/alice@example.com"));
  process.send(SIGTERM);
  const auto outcome = process.wait(std::chrono::seconds(30));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_FALSE(is_mounted(mount_));
}

TEST_F(MountCommand, TakesRelativePathsAndTheOptionsOfFstab) {
  SKIP_WITHOUT_FUSE();
  make_scanned_store();
  const auto ran = test::run(
      {"sh", "-c", "cd \"$1\" && exec \"$2\" mount store mnt -o rw,noauto,_netdev,x-a=b,nosuid -o log=log,threads=6",
       "sh", directory_.path(), program_path()});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(std::filesystem::exists(mount_ + "/latest"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "log"));
  EXPECT_EQ(std::filesystem::status(directory_ / "log").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(MountCommand, LogsDamageToItsFile) {
  SKIP_WITHOUT_FUSE();
  make_scanned_store();
  ASSERT_EQ(program({"mount", mount_, "--log", directory_ / "log"}).status, 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store_)) {
    if (entry.path().extension() != ".pack" && entry.path().extension() != ".journal") continue;
    std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
    const auto size = entry.file_size();
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    for (std::uintmax_t at = 4096; at + 64 < size; at += 512) {
      file.seekp(static_cast<std::streamoff>(at));
      file << "damage";
    }
  }
  const auto read = test::run({"sh", "-c", "cat \"$1\"/latest/alice@example.com/INBOX/*.eml", "sh", mount_});
  EXPECT_NE(read.status, 0);
  EXPECT_THAT(read_text(directory_ / "log"), MatchesRegex("2[0-9]{3}-.*Z (error|warning): (.|\n)*\n"));
}

TEST_F(MountCommand, InTheBackgroundHandsItsErrorOver) {
  SKIP_WITHOUT_FUSE();
  make_scanned_store();
  const auto ran = program({"mount", store_, mount_, "-o", "no_such_option_at_all"});
  EXPECT_NE(ran.status, 0);
  EXPECT_THAT(ran.err, HasSubstr("no_such_option_at_all"));
  EXPECT_FALSE(is_mounted(mount_));
  const auto unwritable = program({"mount", store_, mount_, "--log", directory_ / "nowhere/log"});
  EXPECT_EQ(unwritable.status, 1);
  EXPECT_EQ(unwritable.err, "yestermail: " + (directory_ / "nowhere/log") + ": No such file or directory\n");
}

TEST_F(MountCommand, RefusesAMountpointThatCannotBe) {
  make_scanned_store();
  expect_refusal({"mount", store_, directory_ / "nowhere"}, 2, directory_ / "nowhere");
  std::ofstream(directory_ / "file") << "x";
  expect_refusal({"mount", store_, directory_ / "file"}, 2, directory_ / "file");
  std::filesystem::create_directory(directory_ / "full");
  std::ofstream(directory_ / "full/file") << "x";
  expect_refusal({"mount", store_, directory_ / "full"}, 2, "empty");
}

TEST_F(MountCommand, RefusesAMountpointInTheStoreOrASource) {
  make_scanned_store();
  std::filesystem::create_directory(store_ + "/mnt");
  expect_refusal({"mount", store_, store_ + "/mnt"}, 2, store_ + "/mnt");
  std::filesystem::create_directory(mail_ + "/mnt");
  expect_refusal({"mount", store_, mail_ + "/mnt"}, 2, mail_ + "/mnt");
}

TEST_F(MountCommand, SaysThatThereIsNoFuse) {
  make_scanned_store();
  fuse_device_ = directory_ / "fuse";
  expect_refusal({"mount", store_, mount_}, 1, directory_ / "fuse");
}

TEST_F(MountCommand, ShowsOneAccountToOneUser) {
  SKIP_WITHOUT_FUSE();
  if (::geteuid() != 0) GTEST_SKIP() << "only root can mount for another user";
  make_scanned_store();
  std::filesystem::permissions(directory_ / "", std::filesystem::perms(0755));
  const auto audit = directory_ / "audit";
  Process process({program_path(), "mount", "-f", store_, mount_, "--account", "alice@example.com", "--uid", "20999",
                   "--audit", audit});
  while (process.out().empty() && is_running(process)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_THAT(test::run({"ls", mount_ + "/latest"}).out, "alice@example.com\n") << "for root too";
  const auto as_user = [&](const std::string& uid, const std::string& command) {
    return test::run({"setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "sh", "-c", command, "sh", mount_});
  };
  EXPECT_EQ(as_user("20999", "cat \"$1\"/maildir/latest/alice@example.com/cur/*").status, 0);
  EXPECT_NE(as_user("20998", "ls \"$1\"/latest/alice@example.com").status, 0);
  EXPECT_EQ(as_user("20998", "ls \"$1\"/latest").out, "");
  const auto status = read_text("/proc/" + std::to_string(process.pid()) + "/status");
  EXPECT_THAT(status, HasSubstr("CapEff:\t0000000000000000"));
  EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(read_text(audit), HasSubstr("read by user 20999, process "));
  process.send(SIGKILL);
  static_cast<void>(process.wait(std::chrono::seconds(30)));
  for (int i = 0; i < 1000 && find_mount(mount_); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(std::filesystem::is_empty(mount_)) << "its keeper has unmounted it, though it was killed";
}

TEST_F(MountCommand, IsMountedByTheHelperOfMount) {
  SKIP_WITHOUT_FUSE();
  make_scanned_store();
  const auto path = std::filesystem::path(program_path()).parent_path().string() + ":/usr/bin:/bin";
  const auto helper = data_directory() + "/../../packaging/mount.yestermail";
  const auto ran = test::run({"sh", helper, store_, mount_, "-s", "-n", "-o", "rw,noauto,idle=1h"}, {"PATH=" + path},
                             std::chrono::seconds(60));
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(std::filesystem::exists(mount_ + "/latest/alice@example.com"));
  const auto fake = test::run({"sh", helper, store_, mount_, "-f"}, {"PATH=" + path});
  EXPECT_EQ(fake.status, 0) << "to try it out alone";
  EXPECT_NE(test::run({"sh", helper, store_}, {"PATH=" + path}).status, 0);
}

TEST_F(MountCommand, RefusesWrongUsage) {
  make_store();
  const std::string help = "yestermail mount --help";
  expect_usage_error(run({"mount"}), "no mountpoint given", help);
  expect_usage_error(run({"mount", "a", "b", "c"}), "\"c\"", help);
  expect_usage_error(run({"mount", "--store", store_, store_, mount_}), "given twice", help);
  expect_usage_error(run({"mount", store_, mount_, "-o", "threads=0"}), "threads=0", help);
  expect_usage_error(run({"mount", store_, mount_, "-o", "log="}), "log=FILE", help);
  expect_usage_error(run({"mount", store_, mount_, "--threads", "x"}), "--threads", help);
  expect_usage_error(run({"mount", store_, mount_, "-o"}), "needs a value", help);
  expect_usage_error(run({"mount", store_, mount_, "--idle", "soon"}), "idle=soon", help);
  expect_usage_error(run({"mount", store_, mount_, "-o", "idle=0s"}), "idle=0s", help);
  expect_usage_error(run({"mount", store_, mount_, "--account", "a"}), "go together", help);
  expect_usage_error(run({"mount", store_, mount_, "--account", "a", "--uid", "no such user"}), "no such user", help);
}

}  // namespace
}  // namespace yestermail::test
