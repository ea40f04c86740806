// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mountpoint.h"

#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "fs/mount_info.h"
#include "tests/mount/mounted_store.h"
#include "tests/support/paths.h"
#include "tests/support/people.h"
#include "tests/support/process.h"

namespace yestermail::test {
namespace {

namespace stdfs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

/// Directories to mount on, and what the check says of them. Needs no /dev/fuse.
class Mountpoint : public testing::Test {
 protected:
  Mountpoint() {
    for (const auto* name : {"store", "store/journal", "mail", "mail/a", "mnt", "full/x", "above/store"}) {
      stdfs::create_directories(directory_ / name);
    }
    options_.store_path = directory_ / "store";
    options_.source_paths = {directory_ / "mail"};
    options_.fuse_device = "/dev/null";
  }

  std::string refusal(const std::string& mountpoint) {
    options_.mountpoint = mountpoint;
    try {
      check_mountpoint(options_);
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "more than one line";
      return error.what();
    }
    return "";
  }

  TempDirectory directory_;
  MountOptions options_;
};

TEST_F(Mountpoint, AnEmptyDirectoryIsTaken) {
  EXPECT_EQ(refusal(directory_ / "mnt"), "");
  EXPECT_EQ(refusal(directory_ / "mnt/"), "");
}

TEST_F(Mountpoint, WhatIsMissingOrNoDirectoryOrNotEmptyIsRefused) {
  EXPECT_THAT(refusal(directory_ / "nowhere"), HasSubstr("not there"));
  EXPECT_THAT(refusal(""), HasSubstr("no mountpoint"));
  std::ofstream(directory_ / "file") << "x";
  EXPECT_THAT(refusal(directory_ / "file"), HasSubstr("no directory"));
  EXPECT_THAT(refusal(directory_ / "full"), HasSubstr("not empty"));
}

TEST_F(Mountpoint, TheStoreAndTheSourcesAreNotCovered) {
  EXPECT_THAT(refusal(directory_ / "store"), HasSubstr("the store"));
  EXPECT_THAT(refusal(directory_ / "store/journal"), HasSubstr("inside the store"));
  EXPECT_THAT(refusal(directory_ / "mail"), HasSubstr("the source"));
  EXPECT_THAT(refusal(directory_ / "mail/a"), HasSubstr("inside the source"));
  EXPECT_THAT(refusal(directory_.path()), HasSubstr("would be hidden"));
  options_.store_path = directory_ / "above/store";
  EXPECT_THAT(refusal(directory_ / "above"), HasSubstr("would be hidden"));
}

TEST_F(Mountpoint, AnotherNameForTheStoreIsTheStore) {
  stdfs::create_symlink(directory_ / "store", directory_ / "link");
  EXPECT_THAT(refusal(directory_ / "link"), HasSubstr("the store"));
  EXPECT_THAT(refusal(directory_ / "link/journal"), HasSubstr("inside the store"));
  EXPECT_THAT(refusal(directory_ / "mnt/../store/journal"), HasSubstr("inside the store"));
}

TEST_F(Mountpoint, ASourceThatIsNotThereIsNoHindrance) {
  options_.source_paths = {directory_ / "gone", ""};
  EXPECT_EQ(refusal(directory_ / "mnt"), "");
}

TEST_F(Mountpoint, NoFuseDeviceIsSaid) {
  options_.fuse_device = directory_ / "no-fuse";
  options_.mountpoint = directory_ / "mnt";
  try {
    check_mountpoint(options_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kFailed);
    EXPECT_THAT(error.what(), HasSubstr("modprobe fuse"));
  }
}

TEST_F(Mountpoint, ReadWriteIsRefused) {
  options_.fuse_options = {"allow_other,rw"};
  EXPECT_THAT(refusal(directory_ / "mnt"), HasSubstr("read-only"));
}

TEST_F(Mountpoint, HostileNamesDoNotReachTheTerminal) {
  EXPECT_THAT(refusal(directory_ / "no\x1b[2J\nsuch"), Not(HasSubstr("\x1b")));
}

/// The real program, serving a mount that other processes use.
class MountProgram : public MountTest {
 protected:
  void SetUp() override {
    MountTest::SetUp();
    if (IsSkipped()) return;
    make_account(kAlice, 3);
    recorder_.reset();
    mountpoint_ = directory_ / "mnt";
  }
  ~MountProgram() override { unmount(mountpoint_); }

  std::unique_ptr<Process> start() {
    auto process = std::make_unique<Process>(
        std::vector<std::string>{program_path(), "mount", store_path(), mountpoint_, "--foreground"});
    for (int i = 0; i < 3000 && process->out().find("mounted at") == std::string::npos; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_THAT(process->out(), HasSubstr("mounted at")) << process->err();
    return process;
  }

  [[nodiscard]] bool is_mounted() const { return find_mount(mountpoint_path(mountpoint_)).has_value(); }
  [[nodiscard]] std::string mail() const { return mountpoint_ + "/maildir/latest/" + kAlice + "/cur/0:2,S"; }

  std::string mountpoint_;
};

TEST_F(MountProgram, SignalsUnmountAndEndIt) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    const auto process = start();
    EXPECT_TRUE(stdfs::exists(mail()));
    process->send(signal);
    const auto outcome = process->wait(std::chrono::seconds(60));
    EXPECT_EQ(outcome.status, 0) << signal << " " << outcome.err;
    EXPECT_FALSE(is_mounted());
  }
}

TEST_F(MountProgram, ASignalEndsItEvenWhileItIsInUse) {
  const auto process = start();
  const Process user({"sh", "-c", "cd \"$1\" && exec sleep 600", "sh", mountpoint_ + "/latest"});
  while (::access(("/proc/" + std::to_string(user.pid()) + "/cwd").c_str(), F_OK) != 0 ||
         stdfs::read_symlink("/proc/" + std::to_string(user.pid()) + "/cwd").string().find("latest") ==
             std::string::npos) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  process->send(SIGTERM);
  EXPECT_EQ(process->wait(std::chrono::seconds(60)).status, 0);
  EXPECT_FALSE(is_mounted());
}

TEST_F(MountProgram, UnmountingEndsIt) {
  const auto process = start();
  ASSERT_EQ(run({"umount", mountpoint_}).status, 0);
  EXPECT_EQ(process->wait(std::chrono::seconds(60)).status, 0);
}

TEST_F(MountProgram, KilledItFailsTheReaderAndTheNextMountTakesItsPlace) {
  auto process = start();
  EXPECT_EQ(run({"cat", mail()}).out, "mail 0");
  process->send(SIGKILL);
  process->wait();
  EXPECT_TRUE(is_mounted()) << "a mirror must not take it for an empty directory";
  const auto unread = mountpoint_ + "/maildir/latest/" + kAlice + "/cur/1:2,S";
  const auto copy = run({"cp", unread, directory_ / "copy"}, {}, std::chrono::seconds(60));
  EXPECT_FALSE(copy.timed_out);
  EXPECT_NE(copy.status, 0);
  process = start();
  EXPECT_EQ(run({"cat", mail()}).out, "mail 0");
  process->send(SIGTERM);
  EXPECT_EQ(process->wait().status, 0);
}

TEST_F(MountProgram, ASecondMountOnTheSameDirectoryIsRefused) {
  const auto process = start();
  const auto second = run({program_path(), "mount", store_path(), mountpoint_, "--foreground"});
  EXPECT_EQ(second.status, 2);
  EXPECT_THAT(second.err, HasSubstr("mounted there already"));
  stdfs::create_directory(directory_ / "other");
  EXPECT_TRUE(stdfs::exists(mail()));
}

TEST_F(MountProgram, InTheBackgroundItIsReadyWhenTheCommandReturns) {
  const auto command = run({program_path(), "mount", store_path(), mountpoint_, "-o", "log=" + (directory_ / "log")});
  EXPECT_EQ(command.status, 0) << command.err;
  EXPECT_EQ(run({"cat", mail()}).out, "mail 0");
  ASSERT_EQ(run({"umount", mountpoint_}).status, 0);
}

}  // namespace
}  // namespace yestermail::test
