// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace yestermail {
namespace {

// The values are those of xxHash's own program (xxhsum -H3); a store written today must be readable for ever.
TEST(Checksum, IsXxh3) {
  EXPECT_EQ(checksum(as_bytes("")), 0x2d06800538d394c2ULL);
  EXPECT_EQ(checksum(as_bytes("hello")), 0x9555e8555c62dcfdULL);
  EXPECT_EQ(checksum(as_bytes(std::string(1000, 'a'))), 0xb3e7af627147db7cULL);
}

TEST(Checksum, DependsOnTheSeed) { EXPECT_NE(checksum(as_bytes("hello"), 1), checksum(as_bytes("hello"), 2)); }

TEST(Checksum, SeesEverySingleFlippedBit) {
  auto bytes = to_bytes("a record of a journal, of some length");
  const auto right = checksum(bytes, 7);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_NE(checksum(bytes, 7), right) << bit;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
  }
}

}  // namespace
}  // namespace yestermail
