// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/spare_bytes.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace yestermail {
namespace {

constexpr std::size_t kLarge = 300U << 10U;

TEST(SpareBytes, AreAsManyAsAskedFor) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, kLarge, std::size_t{20} << 20U}) {
    EXPECT_EQ(take_bytes(size).size(), size);
  }
}

TEST(SpareBytes, WhatNobodyHoldsAnyMoreIsUsedAgain) {
  auto first = take_bytes(kLarge);
  const auto* const memory = first.data();
  auto shared = share_bytes(std::move(first));
  auto also = shared;
  shared.reset();
  EXPECT_NE(take_bytes(kLarge).data(), memory) << "somebody still holds it";
  also.reset();
  EXPECT_EQ(take_bytes(kLarge - 1000).data(), memory);
}

TEST(SpareBytes, MuchLargerOnesAreNotWastedOnASmallOne) {
  auto large = take_bytes(4 * kLarge);
  const auto* const memory = large.data();
  give_bytes(std::move(large));
  EXPECT_NE(take_bytes(kLarge).data(), memory);
}

/// Of the heap. 0 where a sanitizer has one of its own.
std::size_t bytes_in_use() {
  const auto figures = ::mallinfo2();
  return figures.uordblks + figures.hblkhd;
}

TEST(SpareBytes, NoMoreThanAFewMiBAreKept) {
  constexpr std::size_t kPieces = 100;
  constexpr std::size_t kMayBeKept = 8U << 20U;
  const auto before = bytes_in_use();
  std::vector<Bytes> taken;
  for (std::size_t i = 0; i < kPieces; ++i) taken.push_back(take_bytes(kLarge));
  if (bytes_in_use() < before + kPieces * kLarge - kMayBeKept) GTEST_SKIP() << "this heap does not say what is in use";
  for (auto& bytes : taken) give_bytes(std::move(bytes));
  give_bytes(take_bytes(std::size_t{100} << 20U));
  EXPECT_LT(bytes_in_use(), before + kMayBeKept + (1U << 20U));
}

TEST(SpareBytes, ThreadsDoNotShareThem) {
  std::vector<std::thread> threads;
  for (int number = 1; number <= 4; ++number) {
    threads.emplace_back([number] {
      for (int i = 0; i < 200; ++i) {
        auto bytes = take_bytes(kLarge + static_cast<std::size_t>(i) * 100);
        std::fill(bytes.begin(), bytes.end(), static_cast<std::byte>(number));
        const auto shared = share_bytes(std::move(bytes));
        ASSERT_EQ(std::count(shared->begin(), shared->end(), static_cast<std::byte>(number)), std::ssize(*shared));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace yestermail
