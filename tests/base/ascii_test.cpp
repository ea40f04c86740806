// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ascii.h"

#include <gtest/gtest.h>

namespace yestermail {
namespace {

TEST(Ascii, OnlyItsLettersHaveALowerCase) {
  EXPECT_EQ(lower_case("AZaz@[`{09"), "azaz@[`{09");
  EXPECT_EQ(lower_case("\xc3\x84 \xc4"), "\xc3\x84 \xc4") << "other bytes stay as they are";
  EXPECT_EQ(lower_case('Q'), 'q');
}

TEST(Ascii, LettersAreTheSameInEitherCase) {
  EXPECT_TRUE(same_letters("InBox", "INBOX"));
  EXPECT_TRUE(same_letters("", ""));
  EXPECT_FALSE(same_letters("INBOX", "INBOX."));
  EXPECT_FALSE(same_letters("[", "{")) << "which differ as letters of either case do";
}

}  // namespace
}  // namespace yestermail
