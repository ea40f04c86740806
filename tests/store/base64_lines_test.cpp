// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/base64_lines.h"

#include <gtest/gtest.h>

#include "tests/store/memory_parts.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {
namespace {

struct Decoded {
  std::string bytes;
  std::size_t taken = 0;
  Base64Coding coding;
};

std::optional<Decoded> decode_all(std::string_view text) {
  const auto coding = base64_at(as_bytes(text));
  if (!coding) return std::nullopt;
  Base64Reader reader(*coding);
  Bytes bytes(reader.room_for(text.size()));
  const auto taken = reader.take(as_bytes(text), true, bytes);
  return Decoded{std::string(as_text(bytes).substr(0, taken.bytes)), taken.text, reader.coding()};
}

TEST(Base64Lines, EncodesAsTheStandardSays) {
  EXPECT_EQ(base64("foobar, foobar, foobar."), "Zm9vYmFyLCBmb29iYXIsIGZvb2Jhci4=\n");
  EXPECT_EQ(base64(std::string("\x00\xff\xfe\x7f\x80", 5)), "AP/+f4A=\n");
  EXPECT_EQ(base64("abcdefghijklmnopqrstuvwxyz", 20, true), "YWJjZGVmZ2hpamtsbW5v\r\ncHFyc3R1dnd4eXo=\r\n");
}

TEST(Base64Lines, DecodesEveryLengthLineAndLineEndToTheSameTextAgain) {
  for (const std::uint32_t line : {20U, 60U, 64U, 72U, 76U, 1000U}) {
    for (const bool crlf : {false, true}) {
      for (std::size_t size = line / 4 * 3; size < 400 + 3 * line; size += 1 + size / 7) {
        const auto bytes = noise(size, line);
        const auto text = base64(bytes, line, crlf);
        const auto decoded = decode_all(text);
        ASSERT_TRUE(decoded) << line << " " << size;
        EXPECT_EQ(decoded->bytes, bytes);
        EXPECT_EQ(decoded->taken, text.size());
        EXPECT_EQ(decoded->coding, (Base64Coding{line, crlf, false}));
        const auto open = text.substr(0, text.size() - (crlf ? 2 : 1));
        const auto open_end = decode_all(open);
        if (size <= line / 4 * 3) continue;  // One line without an end is no run.
        ASSERT_TRUE(open_end);
        EXPECT_EQ(open_end->bytes, bytes);
        EXPECT_TRUE(open_end->coding.open_end);
      }
    }
  }
}

TEST(Base64Lines, EncodesAnyRangeOfALongerText) {
  constexpr std::uint32_t kLine = 20;
  for (const bool crlf : {false, true}) {
    for (const bool open_end : {false, true}) {
      for (const std::size_t size : {16U, 30U, 61U}) {
        const Base64Coding coding{kLine, crlf, open_end};
        const auto bytes = noise(size, kLine);
        auto text = base64(bytes, kLine, crlf);
        if (open_end) text.resize(text.size() - (crlf ? 2 : 1));
        const auto first_line = static_cast<std::size_t>(coding.text_line());
        for (std::size_t skipped = 0; skipped < first_line; ++skipped) {
          for (std::size_t length = 0; length <= text.size() - skipped; ++length) {
            std::string range(length, '?');
            encode_base64_range(coding, as_bytes(bytes), skipped, std::as_writable_bytes(std::span(range)));
            ASSERT_EQ(range, text.substr(skipped, length)) << size << " " << skipped << " " << length;
          }
        }
      }
    }
  }
}

TEST(Base64Lines, DecodesTheSameInPiecesOfAnyLength) {
  const auto bytes = noise(5000, 3);
  const auto text = base64(bytes, 72, true) + "--end\r\n";
  for (std::size_t piece = 80; piece < 500; piece += 41) {
    Base64Reader reader(*base64_at(as_bytes(text)));
    Bytes decoded;
    std::size_t at = 0;
    while (!reader.ended()) {
      const auto size = std::min(piece, text.size() - at);
      const auto before = decoded.size();
      decoded.resize(before + reader.room_for(size));
      const auto taken =
          reader.take(as_bytes(text).subspan(at, size), at + size == text.size(), std::span(decoded).subspan(before));
      decoded.resize(before + taken.bytes);
      at += taken.text;
    }
    EXPECT_EQ(as_text(decoded), bytes);
    EXPECT_EQ(text.substr(at), "--end\r\n");
  }
}

TEST(Base64Lines, LeavesWhatWouldNotEncodeToTheSameBytes) {
  const auto line = std::string(76, 'A') + "\n";
  const auto taken = [&](const std::string& rest) { return decode_all(line + rest)->taken - line.size(); };
  EXPECT_EQ(taken("AAAA\n"), 5U);
  EXPECT_EQ(taken("AAA\n"), 0U) << "no multiple of four";
  EXPECT_EQ(taken("AB==\n"), 0U) << "bits under the padding";
  EXPECT_EQ(taken("AAB=\n"), 0U);
  EXPECT_EQ(taken("AA==\n"), 5U);
  EXPECT_EQ(taken("A===\n"), 0U);
  EXPECT_EQ(taken("====\n"), 0U);
  EXPECT_EQ(taken("AAAA\r\n"), 0U) << "another line end";
  EXPECT_EQ(taken("AA==AAAA\n"), 0U);
  EXPECT_EQ(taken(" AAA\n"), 0U);
  EXPECT_EQ(taken(std::string("AA\0A\n", 5)), 0U);
  EXPECT_EQ(taken(std::string(80, 'A') + "\n"), 0U) << "longer than the first";
  EXPECT_EQ(taken("A\xc3\xa4"
                  "A\n"),
            0U);
  EXPECT_FALSE(decode_all("not base64 at all, but a line of text\n"));
  EXPECT_FALSE(decode_all("AAAA\n"));
  EXPECT_FALSE(decode_all(std::string(2000, 'A') + "\n"));
  EXPECT_FALSE(decode_all(""));
}

}  // namespace
}  // namespace yestermail::test
