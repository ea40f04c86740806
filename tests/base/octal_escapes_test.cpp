// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/octal_escapes.h"

#include <gtest/gtest.h>

namespace yestermail {
namespace {

TEST(OctalEscapes, StandForOneByteEach) {
  EXPECT_EQ(without_octal_escapes(R"(/srv/a\040b\011c\012d\134e)"), "/srv/a b\tc\nd\\e");
  EXPECT_EQ(without_octal_escapes(R"(\377\134040)"), "\xff\\040");
}

TEST(OctalEscapes, AreLeftAsTheyAreWhereTheyAreNone) {
  for (const auto* text : {"", "plain", R"(\)", R"(a\04)", R"(\08x)", R"(\400)", R"(\\)"}) {
    EXPECT_EQ(without_octal_escapes(text), text);
  }
}

}  // namespace
}  // namespace yestermail
