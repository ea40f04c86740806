// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/keyword_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yestermail {
namespace {

using ::testing::ElementsAre;

TEST(KeywordMap, ReadsAndWritesWhatDovecotWrites) {
  const std::string text = "0 $Label1\n1 to do\n25 Kunde-7\n";
  const KeywordMap map(text);
  EXPECT_EQ(map.name_of('a'), "$Label1");
  EXPECT_EQ(map.name_of('b'), "to do");
  EXPECT_EQ(map.name_of('c'), "");
  EXPECT_EQ(map.letter_of("Kunde-7"), 'z');
  EXPECT_EQ(map.text(), text);
}

TEST(KeywordMap, PassesOverLinesThatAreNoKeywords) {
  const KeywordMap map("26 beyond\n-1 below\nx name\n3\n3 \n99999999999999999999 huge\n\n2 good");
  EXPECT_EQ(map.text(), "2 good\n");
}

TEST(KeywordMap, GivesOutTheFirstFreeLetterUntilThereIsNone) {
  KeywordMap map("0 a\n2 c\n");
  EXPECT_EQ(map.add("c"), 'c');
  EXPECT_EQ(map.add("new"), 'b');
  for (int i = 0; i < 23; ++i) ASSERT_TRUE(map.add("k" + std::to_string(i)));
  EXPECT_FALSE(map.add("one too many"));
  EXPECT_EQ(map.letter_of("k22"), 'z');
}

TEST(KeywordMap, TellsTheFlagsOfANameByTheNamesOfItsKeywords) {
  const KeywordMap map("0 work\n1 home\n");
  const auto flags = read_flags("1.M2.host,S=3:2,FSabq,extra", map);
  EXPECT_TRUE(flags.any_field);
  EXPECT_EQ(flags.system, "FS");
  EXPECT_THAT(flags.keywords, ElementsAre("work", "home"));
  EXPECT_EQ(flags.unknown, "q");
  EXPECT_EQ(flags_field(flags, "zc"), ":2,FScz,extra");
}

TEST(KeywordMap, LeavesANameWithoutFlagsWithoutThem) {
  EXPECT_EQ(flags_field(read_flags("1.M2.host", {}), ""), "");
  EXPECT_EQ(flags_field(read_flags("1.M2.host:2,", {}), ""), ":2,");
  EXPECT_EQ(flags_field(read_flags("1.M2.host:1,x", {}), ""), ":1,x");
  EXPECT_EQ(flags_field(read_flags("1.M2.host:2,S:2,F", {}), ""), ":2,S:2,F");
  EXPECT_EQ(flags_field(read_flags(":odd:2,S", {}), ""), "") << "the whole is its base";
}

}  // namespace
}  // namespace yestermail
