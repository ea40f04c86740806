// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace yestermail {
namespace {

Errc code_for(int error_number) {
  try {
    throw_errno(error_number, "/store/pack");
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("/store/pack: "), 0U) << error.what();
    return error.code();
  }
}

TEST(ThrowErrno, SortsSystemErrorsIntoClasses) {
  EXPECT_EQ(code_for(ENOSPC), Errc::kNoSpace);
  EXPECT_EQ(code_for(EDQUOT), Errc::kNoSpace);
  EXPECT_EQ(code_for(ENOENT), Errc::kNotFound);
  EXPECT_EQ(code_for(EROFS), Errc::kReadOnly);
  EXPECT_EQ(code_for(EIO), Errc::kIo);
  EXPECT_EQ(code_for(EACCES), Errc::kIo);
}

TEST(ExitStatus, IsTheOneOfTheManual) {
  EXPECT_EQ(exit_status(Errc::kFailed), 1);
  EXPECT_EQ(exit_status(Errc::kUsage), 2);
  EXPECT_EQ(exit_status(Errc::kDamage), 3);
  EXPECT_EQ(exit_status(Errc::kLocked), 4);
  EXPECT_EQ(exit_status(Errc::kPartial), 5);
  EXPECT_EQ(exit_status(Errc::kNoSpace), 1);
  EXPECT_EQ(exit_status(Errc::kNotFound), 1);
}

TEST(ErrnoOf, DamageIsAnInputOutputError) {
  EXPECT_EQ(errno_of(Errc::kDamage), EIO);
  EXPECT_EQ(errno_of(Errc::kIo), EIO);
  EXPECT_EQ(errno_of(Errc::kNotFound), ENOENT);
  EXPECT_EQ(errno_of(Errc::kReadOnly), EROFS);
}

TEST(Printable, LeavesTextAlone) {
  EXPECT_EQ(printable("INBOX"), "INBOX");
  EXPECT_EQ(printable("Müller & Söhne \u4f60\u597d \U0001f4e7"), "Müller & Söhne \u4f60\u597d \U0001f4e7");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, WritesControlCharactersAsHex) {
  EXPECT_EQ(printable("a\nb\tc\r"), "a\\x0ab\\x09c\\x0d");
  EXPECT_EQ(printable("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(printable("\x7f"), "\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

// CSI as one character (U+009B) drives a terminal as ESC [ does.
TEST(Printable, WritesC1ControlsAsHex) {
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
  EXPECT_EQ(printable("\xc2\x85"), "\\xc2\\x85");
  EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
}

TEST(Printable, WritesBidiOverridesAsHex) {
  EXPECT_EQ(printable("\u202egpj.exe"), "\\xe2\\x80\\xaegpj.exe");
  EXPECT_EQ(printable("\u2066"), "\\xe2\\x81\\xa6");
}

TEST(Printable, WritesInvalidUtf8AsHex) {
  EXPECT_EQ(printable("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(printable("\xc3"), "\\xc3");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");
}

TEST(Printable, IsUnambiguous) { EXPECT_NE(printable("\\x0a"), printable("\n")); }

}  // namespace
}  // namespace yestermail
