// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/hex.h"

#include <gtest/gtest.h>

namespace yestermail {
namespace {

TEST(Hex, WritesLowerCasePairs) {
  EXPECT_EQ(to_hex(as_bytes("")), "");
  EXPECT_EQ(to_hex(as_bytes("\x01\x7f\xab\xff")), "017fabff");
}

TEST(Hex, ReadsBackEveryByte) {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::byte>(i));
  EXPECT_EQ(bytes_from_hex(to_hex(all)), all);
  EXPECT_EQ(bytes_from_hex(""), Bytes());
}

TEST(Hex, RefusesOtherSpellings) {
  for (const auto* text : {"0", "0x", "AB", "aB", " a", "a ", "zz", "0g", "\xc3\xa9", "+1"}) {
    EXPECT_FALSE(bytes_from_hex(text)) << text;
  }
  EXPECT_FALSE(bytes_from_hex(std::string_view("\0\0", 2)));
}

}  // namespace
}  // namespace yestermail
