// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/posix_filesystem.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "base/error.h"
#include "tests/support/temp_directory.h"

namespace yestermail {
namespace {

using Open = Filesystem::Open;

template <class Call>
Errc code_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return Errc::kFailed;
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

class PosixFilesystemTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return dir_.path() + "/" + name; }
  PosixFilesystem disk;

 private:
  test::TempDirectory dir_;
};

TEST_F(PosixFilesystemTest, ReadsBackWhatWasWrittenAnywhere) {
  const auto file = disk.open(path("f"), Open::kCreate);
  file->write_at(5, as_bytes("world"));
  file->write_at(0, as_bytes("hello"));
  file->sync();
  EXPECT_EQ(file->size(), 10U);
  std::array<std::byte, 4> part{};
  EXPECT_EQ(file->read_at(3, part), 4U);
  EXPECT_EQ(as_text(part), "lowo");
}

TEST_F(PosixFilesystemTest, ReadsShortAtTheEndAndNothingBeyond) {
  const auto file = disk.open(path("f"), Open::kCreate);
  file->write_at(0, as_bytes("12345"));
  std::array<std::byte, 8> part{};
  EXPECT_EQ(file->read_at(2, part), 3U);
  EXPECT_EQ(file->read_at(5, part), 0U);
  EXPECT_EQ(file->read_at(500, part), 0U);
}

TEST_F(PosixFilesystemTest, CreateWantsAFreeName) {
  (void)disk.open(path("f"), Open::kCreate);
  EXPECT_EQ(code_of([&] { (void)disk.open(path("f"), Open::kCreate); }), Errc::kIo);
}

TEST_F(PosixFilesystemTest, OpenWantsAFileThatIsThere) {
  EXPECT_EQ(code_of([&] { (void)disk.open(path("none"), Open::kRead); }), Errc::kNotFound);
  EXPECT_EQ(code_of([&] { (void)disk.open(path("none"), Open::kReadWrite); }), Errc::kNotFound);
}

TEST_F(PosixFilesystemTest, OpensForWritingWithoutCutting) {
  disk.open(path("f"), Open::kCreate)->write_at(0, as_bytes("12345"));
  disk.open(path("f"), Open::kReadWrite)->write_at(0, as_bytes("ab"));
  EXPECT_EQ(as_text(read_file(disk, path("f"))), "ab345");
}

TEST_F(PosixFilesystemTest, DoesNotFollowASymlinkPlantedForAFile) {
  (void)disk.open(path("target"), Open::kCreate);
  ASSERT_EQ(::symlink(path("target").c_str(), path("link").c_str()), 0);
  EXPECT_THROW((void)disk.open(path("link"), Open::kReadWrite), Error);
  EXPECT_THROW((void)disk.open(path("link"), Open::kRead), Error);
  EXPECT_THROW((void)disk.try_lock(path("link")), Error);
}

TEST_F(PosixFilesystemTest, KeepsOthersOutOfWhatItMakes) {
  const auto old = ::umask(0);
  (void)disk.open(path("f"), Open::kCreate);
  disk.make_directory(path("d"));
  (void)disk.try_lock(path("lock"));
  ::umask(old);
  EXPECT_EQ(mode_of(path("f")), 0600U);
  EXPECT_EQ(mode_of(path("d")), 0700U);
  EXPECT_EQ(mode_of(path("lock")), 0600U);
}

TEST_F(PosixFilesystemTest, ListsNamesSortedWithoutDots) {
  for (const auto* name : {"b", "a", ".hidden", "c\nd"}) (void)disk.open(path(name), Open::kCreate);
  const std::vector<std::string> expected = {".hidden", "a", "b", "c\nd"};
  EXPECT_EQ(disk.list(path("")), expected);
  EXPECT_EQ(code_of([&] { (void)disk.list(path("none")); }), Errc::kNotFound);
}

TEST_F(PosixFilesystemTest, RenamesOverAnotherFile) {
  disk.open(path("a"), Open::kCreate)->write_at(0, as_bytes("new"));
  disk.open(path("b"), Open::kCreate)->write_at(0, as_bytes("old"));
  disk.rename(path("a"), path("b"));
  EXPECT_FALSE(disk.exists(path("a")));
  EXPECT_EQ(as_text(read_file(disk, path("b"))), "new");
}

TEST_F(PosixFilesystemTest, SyncsADirectoryAndSaysWhenThereIsNone) {
  disk.make_directory(path("d"));
  disk.sync_directory(path("d"));
  EXPECT_EQ(code_of([&] { disk.sync_directory(path("none")); }), Errc::kNotFound);
}

TEST_F(PosixFilesystemTest, ExistsSeesADanglingSymlinkToo) {
  ASSERT_EQ(::symlink("nowhere", path("link").c_str()), 0);
  EXPECT_TRUE(disk.exists(path("link")));
  EXPECT_FALSE(disk.exists(path("none")));
  EXPECT_FALSE(disk.exists(path("link/below")));
}

TEST_F(PosixFilesystemTest, LocksOnceInOneProcess) {
  auto lock = disk.try_lock(path("lock"));
  ASSERT_NE(lock, nullptr);
  EXPECT_EQ(disk.try_lock(path("lock")), nullptr);
  lock.reset();
  EXPECT_NE(disk.try_lock(path("lock")), nullptr);
}

// The kernel gives the lock back however the holder ends; a lock file left behind must not stand in the way.
TEST_F(PosixFilesystemTest, ALockEndsWithItsProcess) {
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = disk.try_lock(path("lock"));
    const char answer = lock ? 'y' : 'n';
    if (::write(ready[1], &answer, 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  char answer = '?';
  EXPECT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(disk.try_lock(path("lock")), nullptr);
  ::kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_NE(disk.try_lock(path("lock")), nullptr);
  ::close(ready[0]);
  ::close(ready[1]);
}

// /dev/full answers every write as a full disk does.
TEST_F(PosixFilesystemTest, SaysThatTheDiskIsFull) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  const auto file = disk.open("/dev/full", Open::kReadWrite);
  EXPECT_EQ(code_of([&] { file->write_at(0, as_bytes("x")); }), Errc::kNoSpace);
}

}  // namespace
}  // namespace yestermail
