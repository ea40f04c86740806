// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/filesystem.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "tests/support/temp_directory.h"

namespace yestermail {
namespace {

/// The real disk, with a note of each step that durability hangs on.
class NotingFilesystem final : public Filesystem {
 public:
  std::vector<std::string> steps;

  std::unique_ptr<File> open(const std::string& path, Open how) override {
    if (how == Open::kRead) return real_.open(path, how);
    return std::make_unique<NotingFile>(real_.open(path, how), *this, last_part(path));
  }
  void rename(const std::string& from, const std::string& to) override {
    real_.rename(from, to);
    steps.push_back("rename " + last_part(from) + " " + last_part(to));
  }
  void remove(const std::string& path) override { real_.remove(path); }
  void make_directory(const std::string& path) override {
    real_.make_directory(path);
    steps.push_back("make " + last_part(path));
  }
  void sync_directory(const std::string& path) override {
    real_.sync_directory(path);
    steps.push_back("sync " + last_part(path));
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& path) override { return real_.list(path); }
  [[nodiscard]] bool exists(const std::string& path) override { return real_.exists(path); }
  [[nodiscard]] std::unique_ptr<FileLock> try_lock(const std::string& path) override { return real_.try_lock(path); }

 private:
  class NotingFile final : public File {
   public:
    NotingFile(std::unique_ptr<File> file, NotingFilesystem& disk, std::string name)
        : file_(std::move(file)), disk_(disk), name_(std::move(name)) {}
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
      return file_->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, ByteView bytes) override {
      file_->write_at(offset, bytes);
      disk_.steps.push_back("write " + name_);
    }
    void sync() override {
      file_->sync();
      disk_.steps.push_back("sync " + name_);
    }
    [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

   private:
    std::unique_ptr<File> file_;
    NotingFilesystem& disk_;
    std::string name_;
  };

  static std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }
  PosixFilesystem real_;
};

std::string text_of(Filesystem& disk, const std::string& path) { return std::string(as_text(read_file(disk, path))); }

TEST(WriteDurably, SyncsTheBytesBeforeTheNameAndTheNameBeforeItReturns) {
  const test::TempDirectory dir;
  NotingFilesystem disk;
  disk.make_directory(dir.path() + "/d");
  disk.steps.clear();
  write_durably(disk, dir.path() + "/d", "file", as_bytes("bytes"));
  const std::vector<std::string> expected = {"write .file.tmp", "sync .file.tmp", "rename .file.tmp file", "sync d"};
  EXPECT_EQ(disk.steps, expected);
}

TEST(WriteDurably, ReplacesWhatWasThere) {
  const test::TempDirectory dir;
  PosixFilesystem disk;
  write_durably(disk, dir.path(), "file", as_bytes("a long first text"));
  write_durably(disk, dir.path(), "file", as_bytes("short"));
  EXPECT_EQ(text_of(disk, dir.path() + "/file"), "short");
  EXPECT_EQ(disk.list(dir.path()), std::vector<std::string>{"file"});
}

TEST(WriteDurably, GoesOverWhatACrashLeft) {
  const test::TempDirectory dir;
  PosixFilesystem disk;
  disk.open(dir.path() + "/.file.tmp", Filesystem::Open::kCreate)->write_at(0, as_bytes("a half written, longer text"));
  write_durably(disk, dir.path(), "file", as_bytes("whole"));
  EXPECT_EQ(text_of(disk, dir.path() + "/file"), "whole");
  EXPECT_FALSE(disk.exists(dir.path() + "/.file.tmp"));
}

TEST(WriteDurably, FailsWhereTheDirectoryIsMissing) {
  const test::TempDirectory dir;
  PosixFilesystem disk;
  EXPECT_THROW(write_durably(disk, dir.path() + "/none", "file", as_bytes("x")), Error);
}

TEST(MakeDirectories, MakesEachNameDurableFromTheTop) {
  const test::TempDirectory dir;
  NotingFilesystem disk;
  disk.make_directory(dir.path() + "/root");
  disk.steps.clear();
  make_directories(disk, dir.path() + "/root", "a/b/c");
  const std::vector<std::string> expected = {"make a", "sync root", "make b", "sync a", "make c", "sync b"};
  EXPECT_EQ(disk.steps, expected);
}

// A process that was killed between making a directory and syncing its parent left a name that a power cut would take.
TEST(MakeDirectories, MakesADirectoryDurableThatIsThereAlready) {
  const test::TempDirectory dir;
  NotingFilesystem disk;
  disk.make_directory(dir.path() + "/root");
  disk.make_directory(dir.path() + "/root/a");
  disk.steps.clear();
  make_directories(disk, dir.path() + "/root", "a");
  EXPECT_EQ(disk.steps, std::vector<std::string>{"sync root"});
  disk.steps.clear();
  make_directories(disk, dir.path() + "/root", "a/b");
  const std::vector<std::string> expected = {"sync root", "make b", "sync a"};
  EXPECT_EQ(disk.steps, expected);
}

TEST(ReadFile, ReadsTheWholeFile) {
  const test::TempDirectory dir;
  PosixFilesystem disk;
  const std::string text(300'000, 'm');
  write_durably(disk, dir.path(), "file", as_bytes(text));
  EXPECT_EQ(text_of(disk, dir.path() + "/file"), text);
}

TEST(ReadFile, RefusesWhatIsLongerThanTheLimit) {
  const test::TempDirectory dir;
  PosixFilesystem disk;
  write_durably(disk, dir.path(), "file", as_bytes("12345"));
  EXPECT_EQ(read_file(disk, dir.path() + "/file", 5).size(), 5U);
  try {
    (void)read_file(disk, dir.path() + "/file", 4);
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kDamage);
  }
}

TEST(RemoveIfThere, IsContentWithAnAbsentFile) {
  const test::TempDirectory dir;
  PosixFilesystem disk;
  write_durably(disk, dir.path(), "file", as_bytes("x"));
  remove_if_there(disk, dir.path() + "/file");
  remove_if_there(disk, dir.path() + "/file");
  EXPECT_FALSE(disk.exists(dir.path() + "/file"));
}

}  // namespace
}  // namespace yestermail
