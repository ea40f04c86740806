// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/file_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "scanner/listing.h"
#include "tests/scanner/scan_world.h"

namespace yestermail {
namespace {

using namespace test;
namespace fs = std::filesystem;

/// A directory with one file, opened as a scan does.
class FileReader : public testing::Test {
 protected:
  Opened open(const std::string& text) {
    write(path_, text);
    beneath_ = std::make_unique<Beneath>(std::get<Opened>(open_named_directory(directory_.path())));
    return std::get<Opened>(beneath_->open_file(beneath_->root(), "file"));
  }

  /// Reads all, in small pieces, and calls `meanwhile` after the first.
  std::variant<FileContent, Denial> read(Opened file, const std::function<void()>& meanwhile) {
    return read_whole(std::move(file), head_, 64, [&](BlobSource& source) {
      ++reads_;
      Hasher hasher;
      StoredBlob blob;
      Bytes buffer(100);
      while (const auto size = source.read(buffer)) {
        hasher.update(std::span(buffer).first(size));
        blob.size += size;
        if (blob.size == size) meanwhile();
      }
      blob.digest = hasher.finish();
      return blob;
    });
  }

  TempDirectory directory_;
  std::string path_ = directory_ / "file";
  std::unique_ptr<Beneath> beneath_;
  Bytes head_;
  int reads_ = 0;
};

TEST_F(FileReader, ReadsOnce) {
  const std::string text(1000, 'a');
  const auto content = read(open(text), [] {});
  ASSERT_TRUE(std::holds_alternative<FileContent>(content));
  EXPECT_EQ(std::get<FileContent>(content).blob.digest, Digest::of(as_bytes(text)));
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(head_.size(), 64U);
}

TEST_F(FileReader, AnEmptyFileIsAFile) {
  const auto content = read(open(""), [] {});
  EXPECT_EQ(std::get<FileContent>(content).blob.digest, Digest::of({}));
}

TEST_F(FileReader, AFileThatShrinksIsReadAgain) {
  bool once = false;
  const auto content = read(open(std::string(1000, 'a')), [&] {
    if (!std::exchange(once, true)) fs::resize_file(path_, 300);
  });
  ASSERT_TRUE(std::holds_alternative<FileContent>(content));
  EXPECT_EQ(std::get<FileContent>(content).blob.digest, Digest::of(as_bytes(std::string(300, 'a'))));
  EXPECT_EQ(std::get<FileContent>(content).stat.size, 300U);
  EXPECT_EQ(reads_, 2);
}

TEST_F(FileReader, AFileThatGrowsIsReadToTheSizeItHadAndAgain) {
  bool once = false;
  const auto content = read(open(std::string(1000, 'a')), [&] {
    if (!std::exchange(once, true)) fs::resize_file(path_, 2000);
  });
  EXPECT_EQ(std::get<FileContent>(content).blob.size, 2000U);
  EXPECT_EQ(reads_, 2);
}

TEST_F(FileReader, AFileThatIsWrittenToForEverIsUnstable) {
  std::uintmax_t size = 1000;
  const auto content = read(open(std::string(size, 'a')), [&] { fs::resize_file(path_, ++size); });
  ASSERT_TRUE(std::holds_alternative<Denial>(content));
  EXPECT_EQ(std::get<Denial>(content).kind, Denial::Kind::kFailed);
  EXPECT_EQ(std::get<Denial>(content).why.substr(0, 8), "unstable");
  EXPECT_EQ(reads_, 3);
}

TEST_F(FileReader, AFileThatIsReplacedIsWhatItWasWhenItWasOpened) {
  const auto content = read(open(std::string(1000, 'a')), [&] {
    write(directory_ / "other", "b");
    fs::rename(directory_ / "other", path_);
  });
  EXPECT_EQ(std::get<FileContent>(content).blob.size, 1000U);
}

TEST_F(FileReader, AnErrorOfTheStoreGoesThrough) {
  auto file = open("text");
  const auto full = [](BlobSource&) -> StoredBlob { throw Error(Errc::kNoSpace, "full"); };
  EXPECT_THROW((void)read_whole(std::move(file), head_, 0, full), Error);
}

TEST_F(FileReader, AFailedReadIsAboutTheFile) {
  auto file = open("text");
  Opened broken{Fd(::open(directory_.path().c_str(), O_RDONLY)), file.stat};  // Reading a directory fails.
  const auto content = read(std::move(broken), [] {});
  ASSERT_TRUE(std::holds_alternative<Denial>(content));
  EXPECT_EQ(std::get<Denial>(content).kind, Denial::Kind::kFailed);
}

TEST(Beneath, OpensNothingOutsideOfTheRoot) {
  TempDirectory directory;
  write(directory / "root/in/file", "in");
  write(directory / "out/file", "out");
  fs::create_symlink("../../out/file", directory / "root/in/link");
  fs::create_symlink("../out", directory / "root/folder");
  fs::create_symlink("in/file", directory / "root/good");
  const Beneath beneath(std::get<Opened>(open_named_directory(directory / "root")));
  const auto in = std::get<Opened>(beneath.open_directory("in"));
  const auto kind = [](const OpenResult& result) { return std::get<Denial>(result).kind; };
  EXPECT_TRUE(std::holds_alternative<Opened>(beneath.open_file(in.fd.get(), "file")));
  EXPECT_EQ(kind(beneath.open_file(in.fd.get(), "link")), Denial::Kind::kRefused);
  EXPECT_EQ(kind(beneath.open_directory("folder")), Denial::Kind::kRefused);
  EXPECT_EQ(kind(beneath.open_directory("../out")), Denial::Kind::kRefused);
  EXPECT_EQ(kind(beneath.open_file(in.fd.get(), "none")), Denial::Kind::kGone);
  EXPECT_TRUE(std::holds_alternative<Opened>(beneath.open_file_over_links("good")));
  EXPECT_EQ(kind(beneath.open_file_over_links("folder/file")), Denial::Kind::kRefused);
  EXPECT_EQ(kind(beneath.open_file_over_links("in/link")), Denial::Kind::kRefused);
}

TEST(Beneath, DoesNotCrossIntoAnotherFileSystem) {
  const auto root = open_named_directory("/");
  const Beneath beneath(std::get<Opened>(open_named_directory("/")));
  const auto proc = beneath.open_directory("proc");
  ASSERT_TRUE(std::holds_alternative<Denial>(proc));
  EXPECT_EQ(std::get<Denial>(proc).kind, Denial::Kind::kRefused);
}

TEST(Listing, IsExactOnlyWhereTheDirectoryRested) {
  TempDirectory directory;
  write(directory / "b", "");
  write(directory / "a", "");
  const Fd fd(::open(directory.path().c_str(), O_RDONLY));
  EXPECT_FALSE(Listing::read(fd.get()).exact()) << "it has just changed";
  auto listing = Listing::read(fd.get());
  // The kernel's coarse clock may stand still for a while on a busy machine.
  for (int tries = 0; !listing.exact() && tries < 400; ++tries) {
    let_settle();
    listing = Listing::read(fd.get());
  }
  EXPECT_TRUE(listing.exact());
  ASSERT_EQ(listing.entries().size(), 2U);
  EXPECT_EQ(listing.entries()[0].name, "a");
  EXPECT_TRUE(listing.contains("b"));
  EXPECT_FALSE(listing.contains("c"));
}

TEST(Listing, SaysWhyItFailed) {
  TempDirectory directory;
  write(directory / "file", "");
  const Fd fd(::open((directory / "file").c_str(), O_RDONLY));
  EXPECT_EQ(Listing::read(fd.get()).error(), ENOTDIR);
}

}  // namespace
}  // namespace yestermail
