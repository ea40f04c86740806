// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/commit_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "store/layout.h"
#include "tests/support/recording_log.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_clock.h"

namespace yestermail::test {
namespace {

/// The disk, but for a gate before each sync of a file, and a count of them.
class GatedDisk final : public Filesystem {
 public:
  std::unique_ptr<File> open(const std::string& path, Open how) override {
    return std::make_unique<GatedFile>(disk_.open(path, how), *this);
  }
  void rename(const std::string& from, const std::string& to) override { disk_.rename(from, to); }
  void remove(const std::string& path) override { disk_.remove(path); }
  void make_directory(const std::string& path) override { disk_.make_directory(path); }
  void sync_directory(const std::string& path) override { disk_.sync_directory(path); }
  std::vector<std::string> list(const std::string& path) override { return disk_.list(path); }
  bool exists(const std::string& path) override { return disk_.exists(path); }
  std::unique_ptr<FileLock> try_lock(const std::string& path) override { return disk_.try_lock(path); }

  std::function<void(int sync)> gate;  ///< called with the number of the sync, from 1
  std::atomic<int> syncs = 0;

 private:
  class GatedFile final : public File {
   public:
    GatedFile(std::unique_ptr<File> file, GatedDisk& disk) : file_(std::move(file)), disk_(disk) {}
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
      return file_->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, ByteView bytes) override { file_->write_at(offset, bytes); }
    void sync() override {
      const int number = ++disk_.syncs;
      if (disk_.gate) disk_.gate(number);
      file_->sync();
    }
    std::uint64_t size() const override { return file_->size(); }

   private:
    std::unique_ptr<File> file_;
    GatedDisk& disk_;
  };

  PosixFilesystem disk_;
};

class CommitQueueTest : public ::testing::Test {
 protected:
  CommitQueueTest() {
    disk_.make_directory(layout_.staging());
    disk_.make_directory(layout_.journal());
    Journal::create(disk_, layout_, store_, 1U << 20U);
    journal_.emplace(disk_, layout_, store_, 1U << 20U, log_, nullptr);
    disk_.syncs = 0;
  }

  CommitQueue queue() {
    return {*journal_, clock_, [this](const std::vector<Transaction>& transactions, std::uint64_t, const std::byte*) {
              for (const auto& transaction : transactions) applied_.push_back(transaction.lsn);
              if (fail_applying_) throw Error(Errc::kNoSpace, "no space for a catalog");
            }};
  }

  static std::vector<Draft> draft() {
    std::vector<Draft> drafts(1);
    drafts[0].operations.emplace_back(RemoveOperation{ItemId{7}});
    return drafts;
  }

  TempDirectory directory_;
  GatedDisk disk_;
  const Layout layout_{directory_.path()};
  const Uuid store_ = Uuid::random();
  TestClock clock_;
  RecordingLog log_;
  std::optional<Journal> journal_;
  std::vector<Lsn> applied_;
  bool fail_applying_ = false;
};

TEST_F(CommitQueueTest, SyncsOnceForAllWhoCameWhileTheDiskWasBusy) {
  constexpr int kThreads = 8;
  auto queue = this->queue();
  std::atomic<int> arriving = 0;
  disk_.gate = [&](int sync) {
    // The first sync lasts until the others have come and had time to queue.
    while (sync == 1 && arriving < kThreads) std::this_thread::yield();
    if (sync == 1) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      ++arriving;
      queue.commit(draft());
    });
  }
  threads.clear();
  EXPECT_EQ(applied_.size(), kThreads);
  EXPECT_TRUE(std::is_sorted(applied_.begin(), applied_.end()));
  EXPECT_LT(disk_.syncs, kThreads / 2);
}

TEST_F(CommitQueueTest, AppliesNothingThatWasNotSynced) {
  auto queue = this->queue();
  disk_.gate = [](int) { throw Error(Errc::kIo, "the disk failed"); };
  EXPECT_THROW(queue.commit(draft()), Error);
  EXPECT_TRUE(applied_.empty());
  disk_.gate = nullptr;
  try {
    queue.commit(draft());
    FAIL() << "a sync that failed was forgotten";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kReadOnly);
  }
}

TEST_F(CommitQueueTest, AppliesNothingBehindATransactionThatWasNotApplied) {
  auto queue = this->queue();
  fail_applying_ = true;
  EXPECT_THROW(queue.commit(draft()), Error);
  fail_applying_ = false;
  EXPECT_THROW(queue.commit(draft()), Error);
  EXPECT_EQ(applied_.size(), 1U);
}

}  // namespace
}  // namespace yestermail::test
