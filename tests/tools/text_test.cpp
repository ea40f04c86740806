// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/text.h"

#include <gtest/gtest.h>

#include <sstream>

namespace yestermail {
namespace {

TEST(Text, GroupsDigits) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(18446744073709551615U), "18,446,744,073,709,551,615");
  EXPECT_EQ(counted_text(0, "account"), "0 accounts");
  EXPECT_EQ(counted_text(1, "account"), "1 account");
  EXPECT_EQ(counted_text(1000, "account"), "1,000 accounts");
}

TEST(Text, ShowsThreeDigitsOfASize) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1.00 KiB");
  EXPECT_EQ(bytes_text(1024 * 10), "10.0 KiB");
  EXPECT_EQ(bytes_text(1024 * 1000), "0.98 MiB");
  EXPECT_EQ(bytes_text(1230000000), "1.15 GiB");
  EXPECT_EQ(bytes_text(18446744073709551615U), "16.0 EiB");
}

TEST(Text, ShowsADurationInItsOwnUnit) {
  EXPECT_EQ(duration_text(8'400'000), "8.4 s");
  EXPECT_EQ(duration_text(125'000'000), "2 min 05 s");
  EXPECT_EQ(duration_text(12'000'000'000), "3 h 20 min");
  EXPECT_EQ(duration_text(-5), "0.0 s");
}

TEST(Text, ShowsTimeWithoutItsFraction) { EXPECT_EQ(time_text(Instant{1'795'342'507'123'456}), "2026-11-22 10:15:07"); }

TEST(Text, ShortensByCharactersNotBytes) {
  EXPECT_EQ(shortened("äöü", 3), "äöü");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
  EXPECT_EQ(shortened("", 3), "");
  EXPECT_EQ(shortened("\xff", 2), "\\…");
}

TEST(Text, PadsByCharactersNotBytes) {
  EXPECT_EQ(padded("ä", 3), "ä  ");
  EXPECT_EQ(padded("long", 3), "long");
}

TEST(Table, AlignsItsColumns) {
  Table table("lr");
  table.row({"ä", "1"});
  table.row({"bcd", "1,000"});
  table.row({"e", ""});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(), "ä        1\nbcd  1,000\ne\n");
}

}  // namespace
}  // namespace yestermail
