// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/codec.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/hex.h"

namespace yestermail {
namespace {

template <class Write>
std::string written(Write write) {
  Bytes bytes;
  ByteWriter writer(bytes);
  write(writer);
  return to_hex(bytes);
}

Bytes unhex(std::string_view hex) { return bytes_from_hex(hex).value(); }

template <class Read>
Errc code_of(std::string_view hex, Read read) {
  const auto bytes = unhex(hex);
  ByteReader reader(bytes);
  try {
    read(reader);
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << hex << " was read";
  return Errc::kFailed;
}

TEST(ByteWriter, WritesFixedNumbersLittleEndian) {
  EXPECT_EQ(written([](auto& w) { w.u8(0xab); }), "ab");
  EXPECT_EQ(written([](auto& w) { w.u16(0x0123); }), "2301");
  EXPECT_EQ(written([](auto& w) { w.u32(0x01234567); }), "67452301");
  EXPECT_EQ(written([](auto& w) { w.u64(0x0123456789abcdefULL); }), "efcdab8967452301");
}

// The examples of the DWARF standard (7.6), where LEB128 comes from.
TEST(ByteWriter, WritesVarintsAsLeb128) {
  EXPECT_EQ(written([](auto& w) { w.varint(0); }), "00");
  EXPECT_EQ(written([](auto& w) { w.varint(2); }), "02");
  EXPECT_EQ(written([](auto& w) { w.varint(127); }), "7f");
  EXPECT_EQ(written([](auto& w) { w.varint(128); }), "8001");
  EXPECT_EQ(written([](auto& w) { w.varint(12857); }), "b964");
  EXPECT_EQ(written([](auto& w) { w.varint(~0ULL); }), "ffffffffffffffffff01");
}

TEST(ByteWriter, WritesSignedNumbersZigzag) {
  EXPECT_EQ(written([](auto& w) { w.zigzag(0); }), "00");
  EXPECT_EQ(written([](auto& w) { w.zigzag(-1); }), "01");
  EXPECT_EQ(written([](auto& w) { w.zigzag(1); }), "02");
  EXPECT_EQ(written([](auto& w) { w.zigzag(std::numeric_limits<std::int64_t>::max()); }), "feffffffffffffffff01");
  EXPECT_EQ(written([](auto& w) { w.zigzag(std::numeric_limits<std::int64_t>::min()); }), "ffffffffffffffffff01");
}

TEST(ByteWriter, WritesTheLengthBeforeAString) {
  EXPECT_EQ(written([](auto& w) { w.string(std::string_view("ab")); }), "026162");
  EXPECT_EQ(written([](auto& w) { w.string(std::string_view()); }), "00");
}

TEST(ByteReader, ReadsWhatTheWriterWrote) {
  const std::vector<std::uint64_t> numbers = {0,          1,          127,        128,       16383, 16384,
                                              1ULL << 32, 1ULL << 62, 1ULL << 63, ~0ULL - 1, ~0ULL};
  Bytes bytes;
  ByteWriter w(bytes);
  for (const auto n : numbers) {
    w.u8(static_cast<std::uint8_t>(n));
    w.u16(static_cast<std::uint16_t>(n));
    w.u32(static_cast<std::uint32_t>(n));
    w.u64(n);
    w.varint(n);
    w.zigzag(static_cast<std::int64_t>(n));
  }
  w.string(std::string_view("name\0with zero", 14));
  ByteReader r(bytes);
  for (const auto n : numbers) {
    EXPECT_EQ(r.u8(), static_cast<std::uint8_t>(n));
    EXPECT_EQ(r.u16(), static_cast<std::uint16_t>(n));
    EXPECT_EQ(r.u32(), static_cast<std::uint32_t>(n));
    EXPECT_EQ(r.u64(), n);
    EXPECT_EQ(r.varint(), n);
    EXPECT_EQ(r.zigzag(), static_cast<std::int64_t>(n));
  }
  EXPECT_EQ(as_text(r.string()), std::string_view("name\0with zero", 14));
  EXPECT_TRUE(r.done());
}

TEST(ByteReader, TellsWhereItStands) {
  const auto bytes = unhex("0102030405");
  ByteReader r(bytes);
  EXPECT_EQ(r.u16(), 0x0201);
  EXPECT_EQ(r.position(), 2U);
  EXPECT_EQ(r.left(), 3U);
  EXPECT_FALSE(r.done());
}

TEST(ByteReader, RefusesWhatIsCutOff) {
  EXPECT_EQ(code_of("", [](auto& r) { r.u8(); }), Errc::kDamage);
  EXPECT_EQ(code_of("01", [](auto& r) { r.u16(); }), Errc::kDamage);
  EXPECT_EQ(code_of("010203", [](auto& r) { r.u32(); }), Errc::kDamage);
  EXPECT_EQ(code_of("01020304050607", [](auto& r) { r.u64(); }), Errc::kDamage);
  EXPECT_EQ(code_of("80", [](auto& r) { r.varint(); }), Errc::kDamage);
  EXPECT_EQ(code_of("036162", [](auto& r) { r.string(); }), Errc::kDamage);
}

TEST(ByteReader, RefusesALengthThatWouldWrapAround) {
  EXPECT_EQ(code_of("ffffffffffffffffff0161", [](auto& r) { r.string(); }), Errc::kDamage);
  EXPECT_EQ(code_of("00", [](auto& r) { r.raw(~0ULL); }), Errc::kDamage);
}

TEST(ByteReader, RefusesAVarintOfMoreThan64Bits) {
  EXPECT_EQ(code_of("ffffffffffffffffff02", [](auto& r) { r.varint(); }), Errc::kDamage);
  EXPECT_EQ(code_of("8080808080808080808001", [](auto& r) { r.varint(); }), Errc::kDamage);
}

}  // namespace
}  // namespace yestermail
