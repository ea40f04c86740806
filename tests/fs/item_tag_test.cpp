// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/item_tag.h"

#include <gtest/gtest.h>

#include <set>

namespace yestermail {
namespace {

TEST(ItemTag, ComesBackAndIsUnique) {
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 1'200'000; i += i < 50'000 ? 1 : 97) {
    const auto tag = item_tag(ItemId{i});
    ASSERT_EQ(item_of_tag(tag), ItemId{i});
    ASSERT_TRUE(seen.insert(tag).second);
    ASSERT_EQ(tag.size(), i < (1U << 20U) ? 4U : 5U);
  }
}

TEST(ItemTag, WorksUpToTheLargestNumber) {
  for (const std::uint64_t i : {(1ULL << 25U) - 1, 1ULL << 25U, (1ULL << 40U) + 12345, (1ULL << 60U) - 1}) {
    EXPECT_EQ(item_of_tag(item_tag(ItemId{i})), ItemId{i});
  }
  EXPECT_THROW(item_tag(ItemId{1ULL << 60U}), std::exception);
}

TEST(ItemTag, NeighboursLookDifferent) {
  EXPECT_NE(item_tag(ItemId{100}).substr(0, 2), item_tag(ItemId{101}).substr(0, 2));
}

TEST(ItemTag, StaysTheSameForEver) {
  // These are in the names that people have copied: a change of them breaks `cp` recipes and bookmarks.
  EXPECT_EQ(item_tag(ItemId{1}), "jaep");
  EXPECT_EQ(item_tag(ItemId{123456}), "zm0v");
  EXPECT_EQ(item_tag(ItemId{123456789}), "ytc1g0");
}

TEST(ItemTag, OneItemHasOneTag) {
  EXPECT_FALSE(item_of_tag(""));
  EXPECT_FALSE(item_of_tag("abc"));
  EXPECT_FALSE(item_of_tag("ABCD"));
  EXPECT_FALSE(item_of_tag("k3il"));
  EXPECT_FALSE(item_of_tag("0123456789abc"));
  int longer = 0;
  for (int i = 0; i < 32 * 32; ++i) {
    const auto tag = tag_text(static_cast<std::uint64_t>(i) * 32749, 5);
    const auto item = item_of_tag(tag);
    if (item) {
      ++longer;
      ASSERT_EQ(item_tag(*item), tag);
      ASSERT_GE(item->value, 1U << 20U);
    }
  }
  EXPECT_GT(longer, 900);
}

}  // namespace
}  // namespace yestermail
