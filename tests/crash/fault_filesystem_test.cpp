// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fault_filesystem.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

constexpr PowerCut kAllLost{PowerCut::Names::kLost, PowerCut::Blocks::kLost, 0};
constexpr PowerCut kNamesKept{PowerCut::Names::kKept, PowerCut::Blocks::kLost, 0};
constexpr PowerCut kAllKept{PowerCut::Names::kKept, PowerCut::Blocks::kKept, 0};

/// A fault filesystem over a directory of its own, and what it leaves after a power cut.
class FaultFilesystemTest : public testing::Test {
 protected:
  FaultFilesystemTest() {
    real_.make_directory(root_);
    disk_ = std::make_unique<FaultFilesystem>(root_);
  }

  /// Starts anew on what is there now, all of it durable.
  void settle() { disk_ = std::make_unique<FaultFilesystem>(root_); }

  std::unique_ptr<File> create(const std::string& name, std::string_view text) {
    auto file = disk_->open(at(name), Filesystem::Open::kCreate);
    file->write_at(0, as_bytes(text));
    return file;
  }

  [[nodiscard]] std::string at(const std::string& name) const { return root_ + "/" + name; }

  std::string cut(const PowerCut& how) {
    auto path = temp_ / ("cut" + std::to_string(++cuts_));
    disk_->power_cut(how, path);
    return path;
  }

  /// The text of a file after a power cut, "(none)" where it is not there.
  std::string after(const PowerCut& how, const std::string& name) {
    const auto path = cut(how) + "/" + name;
    if (!real_.exists(path)) return "(none)";
    return std::string(as_text(read_file(real_, path)));
  }

  TempDirectory temp_;
  PosixFilesystem real_;
  std::string root_ = temp_ / "disk";
  std::unique_ptr<FaultFilesystem> disk_;
  int cuts_ = 0;
};

TEST_F(FaultFilesystemTest, LosesAFileWhoseNameWasNotSynced) {
  create("a", "text")->sync();
  EXPECT_EQ(after(kAllLost, "a"), "(none)");
  EXPECT_EQ(after(kNamesKept, "a"), "text");
  disk_->sync_directory(root_);
  EXPECT_EQ(after(kAllLost, "a"), "text");
}

TEST_F(FaultFilesystemTest, LosesBytesThatWereNotSynced) {
  auto file = create("a", "old");
  disk_->sync_directory(root_);
  EXPECT_EQ(after(kAllLost, "a"), "");
  EXPECT_EQ(after(kAllKept, "a"), "old");
  file->sync();
  EXPECT_EQ(after(kAllLost, "a"), "old");
}

TEST_F(FaultFilesystemTest, BringsOverwrittenBytesBackOverSeveralBlocks) {
  const std::string old(20'000, 'o');
  auto file = create("a", old);
  file->sync();
  disk_->sync_directory(root_);
  file->write_at(5000, as_bytes(std::string(9000, 'n')));
  file->write_at(6000, as_bytes(std::string(20'000, 'm')));
  EXPECT_EQ(after(kAllLost, "a"), old);
  file->sync();
  EXPECT_EQ(after(kAllLost, "a").size(), 26'000U);
  EXPECT_EQ(after(kAllLost, "a").substr(4999, 1002), "o" + std::string(1000, 'n') + "m");
}

TEST_F(FaultFilesystemTest, KeepsSomeBlocksAndTearsOthers) {
  const std::string old(40'960, 'o');
  auto file = create("a", old);
  file->sync();
  disk_->sync_directory(root_);
  file->write_at(0, as_bytes(std::string(40'960, 'n')));
  std::set<std::string> results;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    results.insert(after({PowerCut::Names::kLost, PowerCut::Blocks::kSome, seed}, "a"));
  }
  EXPECT_GT(results.size(), 15U);
  for (const auto& text : results) EXPECT_EQ(text.size(), 40'960U);
}

TEST_F(FaultFilesystemTest, UndoesARenameAndBringsTheReplacedFileBack) {
  create("a", "first")->sync();
  create("b", "second")->sync();
  disk_->sync_directory(root_);
  disk_->rename(at("b"), at("a"));
  EXPECT_EQ(after(kAllLost, "a"), "first");
  EXPECT_EQ(after(kAllLost, "b"), "second");
  EXPECT_EQ(after(kNamesKept, "a"), "second");
  EXPECT_EQ(after(kNamesKept, "b"), "(none)");
  disk_->sync_directory(root_);
  EXPECT_EQ(after(kAllLost, "a"), "second");
  EXPECT_EQ(after(kAllLost, "b"), "(none)");
}

TEST_F(FaultFilesystemTest, BringsARemovedFileBackWithItsBytes) {
  auto file = create("a", "text");
  file->sync();
  disk_->sync_directory(root_);
  disk_->remove(at("a"));
  file->write_at(0, as_bytes("late"));
  EXPECT_EQ(after(kAllLost, "a"), "text");
  disk_->sync_directory(root_);
  EXPECT_EQ(after(kAllLost, "a"), "(none)");
}

TEST_F(FaultFilesystemTest, NeedsBothDirectoriesOfARename) {
  disk_->make_directory(at("from"));
  disk_->make_directory(at("to"));
  create("from/a", "text")->sync();
  disk_->sync_directory(root_);
  disk_->sync_directory(at("from"));
  disk_->rename(at("from/a"), at("to/a"));
  EXPECT_EQ(after(kAllLost, "from/a"), "text");
  EXPECT_EQ(after(kAllLost, "to/a"), "(none)");
  disk_->sync_directory(at("to"));
  EXPECT_EQ(after(kAllLost, "from/a"), "text");
  EXPECT_EQ(after(kAllLost, "to/a"), "text");
  disk_->sync_directory(at("from"));
  EXPECT_EQ(after(kAllLost, "from/a"), "(none)");
}

TEST_F(FaultFilesystemTest, LosesWhatIsInADirectoryWhoseOwnNameIsLost) {
  disk_->make_directory(at("d"));
  create("d/a", "text")->sync();
  disk_->sync_directory(at("d"));
  EXPECT_EQ(after(kAllLost, "d/a"), "(none)");
  disk_->sync_directory(root_);
  EXPECT_EQ(after(kAllLost, "d/a"), "text");
}

TEST_F(FaultFilesystemTest, KeepsSomeNamesInTheirOrder) {
  for (const auto* name : {"a", "b", "c"}) create(name, name)->sync();
  std::set<std::string> results;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::string names;
    for (const auto& name : real_.list(cut({PowerCut::Names::kSome, PowerCut::Blocks::kLost, seed}))) names += name;
    results.insert(names);
  }
  EXPECT_EQ(results, (std::set<std::string>{"", "a", "ab", "abc"}));
}

TEST_F(FaultFilesystemTest, CrashesAtAStepAndAfterIt) {
  create("a", "text")->sync();  // Steps 1, 2 and 3.
  EXPECT_EQ(disk_->steps(), 3U);
  settle();
  disk_->crash_at(2);
  auto file = disk_->open(at("b"), Filesystem::Open::kCreate);
  EXPECT_THROW(file->write_at(0, as_bytes("text")), Error);
  EXPECT_TRUE(disk_->crashed());
  EXPECT_THROW(file->sync(), Error);
  EXPECT_THROW(disk_->rename(at("a"), at("c")), Error);
  EXPECT_EQ(after(kNamesKept, "b"), "");
  EXPECT_EQ(after(kAllKept, "b"), "te") << "two thirds of the write at the crash";
  EXPECT_EQ(after(kAllLost, "a"), "text");
}

TEST_F(FaultFilesystemTest, FailsOnceOrForEver) {
  disk_->fail_at(2, ENOSPC, false);
  auto file = disk_->open(at("a"), Filesystem::Open::kCreate);
  try {
    file->write_at(0, as_bytes("text"));
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kNoSpace);
  }
  EXPECT_NO_THROW(file->write_at(0, as_bytes("text")));
  disk_->fail_at(4, EIO, true);
  EXPECT_THROW(file->sync(), Error);
  EXPECT_THROW(file->sync(), Error);
}

TEST_F(FaultFilesystemTest, AFailedSyncIsNotMadeGoodByTheNext) {
  auto file = create("a", "old");
  file->sync();
  disk_->sync_directory(root_);
  file->write_at(0, as_bytes("new"));
  disk_->fail_at(disk_->steps() + 1, EIO, false);
  EXPECT_THROW(file->sync(), Error);
  EXPECT_NO_THROW(file->sync());
  EXPECT_EQ(after(kAllLost, "a"), "old");
  file->write_at(0, as_bytes("New"));
  file->sync();
  EXPECT_EQ(after(kAllLost, "a"), "New");
}

TEST_F(FaultFilesystemTest, IgnoresSyncsWhereItIsToldTo) {
  disk_->ignore_syncs("*.pack");
  disk_->ignore_directory_syncs("packs");
  disk_->make_directory(at("packs"));
  disk_->sync_directory(root_);
  create("packs/a.pack", "text")->sync();
  disk_->sync_directory(at("packs"));
  create("b", "text")->sync();
  disk_->sync_directory(root_);
  EXPECT_EQ(after(kNamesKept, "packs/a.pack"), "");
  EXPECT_EQ(after(kAllLost, "packs/a.pack"), "(none)");
  EXPECT_EQ(after(kAllLost, "b"), "text");
}

TEST_F(FaultFilesystemTest, KeepsFilesThatDidNotComeThroughIt) {
  std::ofstream(at("x.db")) << "rows";
  EXPECT_EQ(after(kAllLost, "x.db"), "rows");
  disk_->rename(at("x.db"), at("y.db"));
  EXPECT_EQ(after(kAllLost, "y.db"), "rows");
}

TEST_F(FaultFilesystemTest, CallsTheHookBeforeEachStepWithTheStateBeforeIt) {
  std::vector<std::string> seen;
  disk_->before_each_step([&](const FaultFilesystem::Step& step) {
    seen.push_back(step.call + " " + step.path + " " + after(kAllKept, "a"));
  });
  create("a", "text");
  EXPECT_EQ(seen, (std::vector<std::string>{"create a (none)", "write a "}));
}

TEST_F(FaultFilesystemTest, TakesCallsFromSeveralThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int k = 0; k < 20; ++k) create(std::to_string(i) + "-" + std::to_string(k), "text")->sync();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(disk_->steps(), 240U);
  disk_->sync_directory(root_);
  EXPECT_EQ(real_.list(cut(kAllLost)).size(), 80U);
}

}  // namespace
}  // namespace yestermail::test
