// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/prefetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

namespace yestermail {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Files = std::vector<std::uint64_t>;

constexpr std::uint64_t kSize = 3000;

/// What was pushed, and a way to wait for it.
class Pushed {
 public:
  Prefetcher::Push push() {
    return [this](std::span<const NodeId> files) {
      const std::lock_guard lock(mutex_);
      for (const auto file : files) files_.push_back(file.value);
      changed_.notify_all();
      if (!files_.empty() && damaged.contains(files_.back())) throw std::runtime_error("damaged");
    };
  }
  /// All until then; ends when `last` has come.
  Files until(std::uint64_t last) {
    std::unique_lock lock(mutex_);
    const auto has_come = [&] { return !files_.empty() && files_.back() == last; };
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), has_come)) << last << " was not pushed";
    return files_;
  }
  Files now() {
    const std::lock_guard lock(mutex_);
    return files_;
  }
  std::set<std::uint64_t> damaged;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Files files_;
};

struct PrefetcherTest : testing::Test {
  void tell(std::uint64_t first, std::uint64_t last, std::uint64_t size = kSize) {
    for (auto file = first; file <= last; ++file) prefetcher->told({NodeId{file}, size});
  }
  void begin(const Files& files) {
    for (const auto file : files) prefetcher->begun(NodeId{file});
  }
  /// A reader that asks only for what was not pushed. Gives what it asked for.
  Files read(std::uint64_t first, std::uint64_t last) {
    Files asked;
    for (auto file = first; file <= last; ++file) {
      const auto there = pushed.now();
      if (std::find(there.begin(), there.end(), file) != there.end()) continue;
      asked.push_back(file);
      begin({file, file});  // In several requests.
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return asked;
  }
  Pushed pushed;
  std::optional<Prefetcher> prefetcher{pushed.push()};
};

TEST_F(PrefetcherTest, PushesWhatFollowsWhenFilesAreReadInOrder) {
  tell(10, 17);
  begin({10, 11});
  EXPECT_THAT(pushed.now(), IsEmpty()) << "two may be chance";
  begin({12});
  EXPECT_THAT(pushed.until(17), ElementsAre(14, 15, 16, 17)) << "13 is asked for before it could be there";
}

TEST_F(PrefetcherTest, AReaderAsksForFewOfManyFilesAndNoneIsPushedTwice) {
  tell(1, 2000);
  EXPECT_LT(read(1, 2000).size(), 2000U / 16);
  const auto files = pushed.now();
  EXPECT_EQ(std::set(files.begin(), files.end()).size(), files.size());
  EXPECT_GT(files.size(), 1800U);
}

TEST_F(PrefetcherTest, StaysNearTheReader) {
  tell(1, 2000);
  begin({1, 2, 3});
  pushed.until(36);
  begin({21});  // In the middle of the first group: it was left out.
  const auto files = pushed.until(68);
  EXPECT_THAT(files, Not(Contains(21U)));
  prefetcher.reset();
  EXPECT_EQ(pushed.now(), files) << "two groups at most";
}

TEST_F(PrefetcherTest, KeepsBelowItsBytes) {
  tell(1, 40, 500U << 10U);
  begin({1, 2, 3});
  pushed.until(9);
  begin({4});
  prefetcher.reset();
  EXPECT_THAT(pushed.now(), ElementsAre(5, 6, 7, 9)) << "2 MiB at most, and one left out of the middle";
}

TEST_F(PrefetcherTest, LeavesOutWhatIsEmptyAndWhatIsNotUnpackedAsAWhole) {
  tell(1, 4);
  tell(5, 8, 0);
  tell(9, 9, 1200U << 10U);
  tell(10, 10);
  begin({1, 2, 3});
  EXPECT_THAT(pushed.until(10), ElementsAre(10));
}

TEST_F(PrefetcherTest, LeavesWhoeverJumpsAlone) {
  tell(1, 60);
  begin({1, 30, 2, 20, 21, 5, 6, 59});
  prefetcher.reset();
  EXPECT_THAT(pushed.now(), IsEmpty());
}

TEST_F(PrefetcherTest, IsNotLedAstrayByWhatNobodyTold) {
  tell(1, 9);
  begin({1, 1000, 2, 1000, 3, 1000});
  EXPECT_THAT(pushed.until(9), ElementsAre(5, 6, 7, 8, 9));
}

TEST_F(PrefetcherTest, GoesOnBehindWhatCannotBeRead) {
  pushed.damaged = {7};
  tell(1, 7);
  begin({1, 2, 3});
  pushed.until(7);
  tell(8, 12);
  begin({4});
  EXPECT_THAT(pushed.until(12), ElementsAre(5, 6, 7, 8, 9, 10, 11, 12));
}

TEST_F(PrefetcherTest, FollowsTheListingThatWasMadeLast) {
  tell(1, 5);
  for (const std::uint64_t file : {9U, 3U, 2U, 8U, 1U, 5U}) tell(file, file);  // By name, say.
  begin({9, 3, 2});
  EXPECT_THAT(pushed.until(5), ElementsAre(1, 5));
}

TEST(FileOrderTest, ForgetsTheOldest) {
  FileOrder order;
  constexpr std::uint64_t kMany = 200'000;
  for (std::uint64_t file = 0; file < kMany; ++file) {
    order.told({NodeId{file}, file});
    if (file % 50'000 == 0) {
      EXPECT_EQ(order.find(NodeId{file}), file);
    }
  }
  EXPECT_EQ(order.at(0), nullptr);
  EXPECT_EQ(order.at(kMany), nullptr);
  EXPECT_EQ(order.find(NodeId{5}), std::nullopt);
  EXPECT_EQ(order.find(NodeId{kMany - 1}), kMany - 1);
  EXPECT_EQ(order.find(NodeId{kMany - 50'000}), kMany - 50'000);
  EXPECT_EQ(order.find(NodeId{kMany}), std::nullopt);
  ASSERT_NE(order.at(kMany - 10), nullptr);
  EXPECT_EQ(order.at(kMany - 10)->size, kMany - 10);
}

TEST(FileOrderTest, KnowsAFileByItsLastPlace) {
  FileOrder order;
  for (const std::uint64_t file : {1U, 2U, 3U}) order.told({NodeId{file}, 1});
  EXPECT_EQ(order.find(NodeId{1}), 0U);
  order.told({NodeId{1}, 1});
  EXPECT_EQ(order.find(NodeId{1}), 3U);
}

}  // namespace
}  // namespace yestermail
