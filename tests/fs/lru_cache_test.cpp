// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/lru_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace yestermail {
namespace {

using Cache = LruCache<int, const int>;

Cache::Loaded loaded(int value, std::size_t bytes = 10) { return {std::make_shared<const int>(value), bytes}; }

TEST(LruCache, LoadsOnce) {
  Cache cache(100);
  int loads = 0;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(*cache.get(1, [&] { return ++loads, loaded(7); }), 7);
  }
  EXPECT_EQ(loads, 1);
}

TEST(LruCache, StaysWithinItsBudgetAndDropsTheOldest) {
  Cache cache(30);
  for (int i = 0; i < 3; ++i) cache.get(i, [&] { return loaded(i); });
  cache.get(0, [&]() -> Cache::Loaded { throw std::logic_error("was there"); });
  cache.get(3, [&] { return loaded(3); });
  EXPECT_LE(cache.bytes(), 30U);
  cache.get(0, [&]() -> Cache::Loaded { throw std::logic_error("was used lately"); });
  bool again = false;
  cache.get(1, [&] { return again = true, loaded(1); });
  EXPECT_TRUE(again);
}

TEST(LruCache, KeepsTheLastEvenIfItIsTooLarge) {
  Cache cache(30);
  cache.get(1, [] { return loaded(1); });
  cache.get(2, [] { return loaded(2, 1000); });
  cache.get(2, [&]() -> Cache::Loaded { throw std::logic_error("the last one"); });
  cache.get(3, [] { return loaded(3); });
  EXPECT_EQ(cache.bytes(), 10U);
}

TEST(LruCache, ForgetsAFailure) {
  Cache cache(30);
  EXPECT_THROW(cache.get(1, []() -> Cache::Loaded { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_EQ(*cache.get(1, [] { return loaded(5); }), 5);
}

TEST(LruCache, MergesLoadsThatRunAtOnce) {
  Cache cache(30);
  std::atomic<int> loads = 0;
  std::atomic<bool> go = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!go) std::this_thread::yield();
      EXPECT_EQ(*cache.get(1,
                           [&] {
                             ++loads;
                             std::this_thread::sleep_for(std::chrono::milliseconds(20));
                             return loaded(9);
                           }),
                9);
    });
  }
  go = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(loads, 1);
}

}  // namespace
}  // namespace yestermail
