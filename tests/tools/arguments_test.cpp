// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/error.h"

namespace yestermail {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array<OptionSpec, 4> kOptions{{
    {"store", 's', "DIR", "", false},
    {"source", 0, "SPEC", "", true},
    {"json", 0, "", "", false},
    {"limit", 'n', "N", "", false},
}};

Arguments parse(const std::vector<std::string>& words) { return Arguments::parse(words, kOptions); }

std::string usage_error(const std::vector<std::string>& words) {
  try {
    parse(words);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(Arguments, TakesEverySpellingOfAnOption) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--store", "x"}, {"--store=x"}, {"-s", "x"}, {"-sx"}, {"word", "--store", "x"}}) {
    EXPECT_EQ(parse(words).value("store"), "x");
  }
}

TEST(Arguments, KeepsWordsInTheirOrder) {
  EXPECT_THAT(parse({"a", "--json", "b", "--", "--store", "-s"}).words(), ElementsAre("a", "b", "--store", "-s"));
}

TEST(Arguments, KeepsEveryValueOfAnOptionThatRepeats) {
  const auto arguments = parse({"--source", "a", "w", "--source=b"});
  EXPECT_THAT(arguments.values("source"), ElementsAre("a", "b"));
  EXPECT_THAT(arguments.words(), ElementsAre("w"));
}

TEST(Arguments, KeepsBytesThatAreNoText) {
  EXPECT_EQ(parse({"--store", "\xff\x1b"}).value("store"), "\xff\x1b");
  EXPECT_EQ(parse({"\xff"}).words().at(0), "\xff");
}

TEST(Arguments, RefusesAnUnknownOptionAndNamesANearOne) {
  EXPECT_EQ(usage_error({"--jsn"}), "unknown option --jsn; did you mean --json?");
  EXPECT_EQ(usage_error({"--absolutely-not"}), "unknown option --absolutely-not");
  EXPECT_THAT(usage_error({"-q"}), HasSubstr("unknown option -q"));
}

TEST(Arguments, RefusesAnAbbreviatedOption) { EXPECT_THAT(usage_error({"--stor", "x"}), HasSubstr("--stor;")); }

TEST(Arguments, RefusesTheNameThatBoostUsesInside) { EXPECT_THAT(usage_error({"--words=x"}), HasSubstr("--words")); }

TEST(Arguments, NamesTheOptionThatLacksItsValue) {
  EXPECT_THAT(usage_error({"--store"}), HasSubstr("--store needs a value"));
  EXPECT_THAT(usage_error({"--store="}), HasSubstr("--store needs a value"));
  EXPECT_THAT(usage_error({"--store", ""}), HasSubstr("--store needs a value"));
  EXPECT_THAT(usage_error({"-s"}), HasSubstr("needs a value"));
}

TEST(Arguments, NamesTheOptionThatIsGivenTwice) {
  EXPECT_EQ(usage_error({"--store", "a", "--store", "b"}), "option --store is given twice: keep one of them");
  EXPECT_TRUE(parse({"--json", "--json"}).has("json"));
}

TEST(Arguments, NamesTheOptionThatTakesNoValue) { EXPECT_THAT(usage_error({"--json=x"}), HasSubstr("--json")); }

TEST(Arguments, ShowsNoControlCharacterOfWhatWasGiven) {
  EXPECT_EQ(usage_error({"--\x1b[31m"}).find('\x1b'), std::string::npos);
}

TEST(Arguments, ReadsNumbersWithinTheirLimits) {
  EXPECT_EQ(parse({}).number("limit", 1, 10), std::nullopt);
  EXPECT_EQ(parse({"-n", "10"}).number("limit", 1, 10), 10U);
  for (const auto* wrong : {"0", "11", "-1", "x", "1x", " 1", "99999999999999999999999"}) {
    EXPECT_THROW((void)parse({std::string("--limit=") + wrong}).number("limit", 1, 10), Error) << wrong;
  }
}

TEST(Arguments, SaysWhichWordIsTooMany) {
  EXPECT_NO_THROW(parse({"a"}).at_most_words(1));
  try {
    parse({"a", "b"}).at_most_words(1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"b\""));
  }
}

TEST(Nearest, FindsOnlyWhatIsNear) {
  const std::vector<std::string_view> words{"list", "log", "status"};
  EXPECT_EQ(nearest("lsit", words), "list");
  EXPECT_EQ(nearest("stauts", words), "status");
  EXPECT_EQ(nearest("umount", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
}

}  // namespace
}  // namespace yestermail
