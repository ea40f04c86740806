// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/prefetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

namespace yestermail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Bodies = std::vector<std::uint64_t>;

constexpr AccountNumber kAccount{7};
constexpr std::uint64_t kSize = 100U << 10U;

/// What was loaded, and a way to wait for it.
class Loads {
 public:
  Prefetcher::Load load() {
    return [this](AccountNumber, VersionId body) {
      const std::lock_guard lock(mutex_);
      bodies_.push_back(body.value);
      changed_.notify_all();
      if (damaged.contains(body.value)) throw std::runtime_error("damaged");
    };
  }
  /// All until then; ends when `last` has come.
  Bodies until(std::uint64_t last) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !bodies_.empty() && bodies_.back() == last; });
    return bodies_;
  }
  Bodies now() {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }
  std::set<std::uint64_t> damaged;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Bodies bodies_;
};

struct PrefetcherTest : testing::Test {
  void tell(std::uint64_t first, std::uint64_t last, std::uint64_t size = kSize) {
    for (auto body = first; body <= last; ++body) prefetcher->told({kAccount, VersionId{body}, size});
  }
  void begin(const Bodies& bodies) {
    for (const auto body : bodies) prefetcher->begun(kAccount, VersionId{body});
  }
  Loads loads;
  std::optional<Prefetcher> prefetcher{loads.load()};
};

TEST_F(PrefetcherTest, LoadsWhatFollowsWhenFilesAreReadInOrder) {
  tell(10, 16);
  begin({10, 11});
  EXPECT_THAT(loads.now(), IsEmpty()) << "two may be chance";
  begin({12});
  EXPECT_THAT(loads.until(16), ElementsAre(13, 14, 15, 16));
}

TEST_F(PrefetcherTest, LoadsEachOnceWhileTheReaderGoesOn) {
  tell(1, 60);
  for (std::uint64_t body = 1; body <= 44; ++body) begin({body, body});  // Each in several requests.
  const auto bodies = loads.until(60);
  EXPECT_EQ(std::set(bodies.begin(), bodies.end()).size(), bodies.size());
}

TEST_F(PrefetcherTest, KeepsBelowItsBytes) {
  tell(1, 16, 900U << 10U);
  begin({1, 2, 3});
  loads.until(5);
  prefetcher.reset();
  EXPECT_THAT(loads.now(), ElementsAre(4, 5)) << "2 MiB at most";
}

TEST_F(PrefetcherTest, LeavesOutWhatIsHadAtOnceAndWhatIsNotUnpackedAsAWhole) {
  tell(1, 3);
  tell(4, 8, 2000);
  tell(9, 9, 5U << 20U);
  tell(10, 10);
  begin({1, 2, 3});
  EXPECT_THAT(loads.until(10), ElementsAre(10));
}

TEST_F(PrefetcherTest, LeavesWhoeverJumpsAlone) {
  tell(1, 40);
  begin({1, 30, 2, 20, 21, 5, 6, 39});
  prefetcher->begun(AccountNumber{8}, VersionId{40});
  begin({1000});  // Nobody told of it.
  prefetcher.reset();
  EXPECT_THAT(loads.now(), IsEmpty());
}

TEST_F(PrefetcherTest, GoesOnBehindWhatCannotBeRead) {
  loads.damaged = {4};
  tell(1, 5);
  begin({1, 2, 3});
  EXPECT_THAT(loads.until(5), ElementsAre(4, 5));
}

TEST_F(PrefetcherTest, FollowsTheListingThatWasMadeLast) {
  tell(1, 5);
  for (const std::uint64_t body : {9U, 3U, 2U, 1U, 5U}) tell(body, body);  // By name, say.
  begin({9, 3, 2});
  EXPECT_THAT(loads.until(5), ElementsAre(1, 5));
}

TEST(FileOrderTest, ForgetsTheOldest) {
  FileOrder order;
  constexpr std::uint64_t kMany = 40'000;
  for (std::uint64_t body = 0; body < kMany; ++body) order.told({kAccount, VersionId{body}, body});
  EXPECT_EQ(order.at(0), nullptr);
  EXPECT_EQ(order.at(kMany), nullptr);
  EXPECT_EQ(order.find(kAccount, VersionId{5}, 0, true), std::nullopt);
  EXPECT_EQ(order.find(kAccount, VersionId{kMany - 1}, 0, true), kMany - 1);
  EXPECT_EQ(order.find(kAccount, VersionId{kMany - 1}, 0, false), std::nullopt);
  EXPECT_EQ(order.find(AccountNumber{8}, VersionId{kMany - 1}, 0, true), std::nullopt);
  ASSERT_NE(order.at(kMany - 10), nullptr);
  EXPECT_EQ(order.at(kMany - 10)->size, kMany - 10);
}

}  // namespace
}  // namespace yestermail
