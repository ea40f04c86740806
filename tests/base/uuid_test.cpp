// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/uuid.h"

#include <gtest/gtest.h>

#include <set>

namespace yestermail {
namespace {

TEST(Uuid, RandomOnesAreOfVersion4AndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto hex = Uuid::random().hex();
    ASSERT_EQ(hex.size(), 32U);
    EXPECT_EQ(hex[12], '4') << hex;
    EXPECT_NE(std::string("89ab").find(hex[16]), std::string::npos) << hex;
    seen.insert(hex);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Uuid, ReadsBackItsSpelling) {
  const auto uuid = Uuid::random();
  EXPECT_EQ(Uuid::from_hex(uuid.hex()), uuid);
  EXPECT_EQ(Uuid::from_bytes(uuid.bytes()), uuid);
}

TEST(Uuid, RefusesOtherSpellings) {
  const auto hex = Uuid::random().hex();
  EXPECT_FALSE(Uuid::from_hex(""));
  EXPECT_FALSE(Uuid::from_hex(hex.substr(2)));
  EXPECT_FALSE(Uuid::from_hex(hex + "00"));
  EXPECT_FALSE(Uuid::from_hex("123e4567-e89b-12d3-a456-426614174000"));
  EXPECT_FALSE(Uuid::from_bytes(as_bytes("short")));
}

TEST(Uuid, ZeroIsTheServerAccount) {
  EXPECT_TRUE(Uuid().is_zero());
  EXPECT_FALSE(Uuid::random().is_zero());
}

}  // namespace
}  // namespace yestermail
