// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/archive_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "base/error.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

namespace fs = std::filesystem;

class ArchiveFileTest : public testing::Test {
 protected:
  static std::string text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string refusal(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "file";
};

TEST_F(ArchiveFileTest, IsThereOnlyWhenItIsPublished) {
  {
    ArchiveFile file(path_);
    file.write(as_bytes("some"));
    EXPECT_FALSE(fs::exists(path_));
    file.publish();
  }
  EXPECT_EQ(text(path_), "some");
  EXPECT_FALSE(fs::exists(path_ + ".part"));
}

TEST_F(ArchiveFileTest, LeavesNothingIfItIsGivenUp) {
  { ArchiveFile(path_).write(as_bytes("some")); }
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

TEST_F(ArchiveFileTest, WritesAnewWhatAKilledOneLeft) {
  write(path_ + ".part", "much more than what comes now");
  ArchiveFile file(path_);
  file.write(as_bytes("some"));
  file.publish();
  EXPECT_EQ(text(path_), "some");
}

TEST_F(ArchiveFileTest, NeverReplacesAFile) {
  write(path_, "old");
  EXPECT_THAT(refusal([&] { ArchiveFile file(path_); }), testing::HasSubstr("is there already"));
  fs::rename(path_, directory_ / "away");
  {
    ArchiveFile file(path_);
    file.write(as_bytes("new"));
    fs::rename(directory_ / "away", path_);  // Somebody was faster.
    EXPECT_THAT(refusal([&] { file.publish(); }), testing::HasSubstr("is there already"));
  }
  EXPECT_EQ(text(path_), "old");
  EXPECT_FALSE(fs::exists(path_ + ".part"));
}

TEST_F(ArchiveFileTest, DoesNotWriteWhereAnotherOneDoes) {
  ArchiveFile file(path_);
  file.write(as_bytes("some"));
  EXPECT_THAT(refusal([&] { ArchiveFile other(path_); }), testing::HasSubstr("another export writes to it"));
  file.publish();
  EXPECT_EQ(text(path_), "some");
}

TEST_F(ArchiveFileTest, FollowsNoLink) {
  write(directory_ / "precious", "old");
  fs::create_symlink(directory_ / "precious", path_ + ".part");
  EXPECT_NE(refusal([&] { ArchiveFile file(path_); }), "");
  EXPECT_EQ(text(directory_ / "precious"), "old");
}

}  // namespace
}  // namespace yestermail::test
