// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/account_words.h"

#include <gtest/gtest.h>

namespace yestermail {
namespace {

TEST(NamesAccount, ByItsNameItsDomainOrAPattern) {
  EXPECT_TRUE(names_account("alice@example.com", "alice@example.com"));
  EXPECT_FALSE(names_account("alice@example.com", "alice@example.co"));
  EXPECT_FALSE(names_account("Alice@example.com", "alice@example.com"));
  EXPECT_TRUE(names_account("*@example.com", "alice@example.com"));
  EXPECT_TRUE(names_account("a[x]b", "a[x]b")) << "a name is meant as it is too";
  EXPECT_TRUE(names_account("a?", "ab"));
  EXPECT_TRUE(names_account("@example.com", "alice@example.com"));
  EXPECT_TRUE(names_account("@EXAMPLE.com", "alice@example.COM"));
  EXPECT_TRUE(names_account("@example.com", "a@b@example.com"));
  EXPECT_FALSE(names_account("@b", "a@b@example.com"));
  EXPECT_FALSE(names_account("@example.com", "alice@sub.example.com"));
  EXPECT_TRUE(names_account("@*.example.com", "alice@sub.example.com"));
  EXPECT_FALSE(names_account("@example.com", "example.com"));
  EXPECT_FALSE(names_account("@", "alice@example.com"));
}

TEST(NamesAccount, AsTheTerminalShowsIt) {
  EXPECT_TRUE(names_account("a\\x1bz", "a\033z"));
  EXPECT_TRUE(names_account("a\033z", "a\033z"));
  EXPECT_FALSE(names_account("a\\x1bz", "a\033y"));
}

TEST(AccountWords, ChooseWhatOneOfThemNamesAndWithoutThemAll) {
  AccountWords all({});
  EXPECT_TRUE(all.choose("a@x"));
  EXPECT_FALSE(all.unused());
  AccountWords words({"@x", "c*"});
  EXPECT_TRUE(words.choose("a@x"));
  EXPECT_TRUE(words.choose("c@y"));
  EXPECT_FALSE(words.choose("b@y"));
  EXPECT_FALSE(words.unused());
}

TEST(AccountWords, TellTheFirstThatNamedNone) {
  AccountWords words({"@x", "*@y", "b@x"});
  EXPECT_EQ(words.unused(), "@x");
  EXPECT_TRUE(words.choose("b@x")) << "two words may name the same one";
  EXPECT_EQ(words.unused(), "*@y");
}

}  // namespace
}  // namespace yestermail
