// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace yestermail {
namespace {

/// UTF-8 of a code point, written down independently of the code under test.
std::string encoded(std::uint32_t c) {
  std::string out;
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
  return out;
}

TEST(Utf8, ReadsEveryCodePointAndNoSurrogate) {
  for (std::uint32_t c = 0; c <= 0x10ffff; ++c) {
    const auto text = encoded(c);
    const auto read = utf8_sequence(text + "x");
    if (c >= 0xd800 && c <= 0xdfff) {
      ASSERT_EQ(read.length, 0U) << c;
    } else {
      ASSERT_EQ(read.length, text.size()) << c;
      ASSERT_EQ(read.code_point, c);
    }
  }
}

TEST(Utf8, RefusesWhatTheStandardForbids) {
  const std::string bad[] = {"\x80",
                             "\xbf",
                             "\xc0\x80",
                             "\xc1\xbf",
                             "\xe0\x9f\xbf",
                             "\xf0\x8f\xbf\xbf",
                             "\xf4\x90\x80\x80",
                             "\xf5\x80\x80\x80",
                             "\xff",
                             "\xfe",
                             "\xf8\x88\x80\x80\x80"};
  for (const auto& bytes : bad) EXPECT_EQ(utf8_sequence(bytes).length, 0U);
}

TEST(Utf8, RefusesASequenceThatIsCutOff) {
  for (const auto c : {0xe9U, 0x4f60U, 0x1f4e7U}) {
    const auto text = encoded(c);
    for (std::size_t n = 1; n < text.size(); ++n) {
      EXPECT_EQ(utf8_sequence(text.substr(0, n)).length, 0U);
      EXPECT_EQ(utf8_sequence(text.substr(0, n) + "a").length, 0U);
    }
  }
}

}  // namespace
}  // namespace yestermail
