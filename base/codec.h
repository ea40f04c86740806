// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace yestermail {

/// Writes the numbers and strings that all formats of a store are made of: fixed numbers little-endian, counts and
/// ids as LEB128 varints, signed ones zigzag, strings with their length before them. See docs/format.md 1.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& to) : to_(to) {}

  void u8(std::uint8_t value) { fixed(value, 1); }
  void u16(std::uint16_t value) { fixed(value, 2); }
  void u32(std::uint32_t value) { fixed(value, 4); }
  void u64(std::uint64_t value) { fixed(value, 8); }
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);
  void raw(ByteView bytes) { append(to_, bytes); }
  void string(ByteView bytes);
  void string(std::string_view text) { string(as_bytes(text)); }

 private:
  void fixed(std::uint64_t value, unsigned width);
  Bytes& to_;
};

/// Reads them back. Nothing is trusted: what does not fit into the bytes that are there throws Error{kDamage}.
class ByteReader {
 public:
  explicit ByteReader(ByteView from) : from_(from) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  std::uint64_t varint();
  std::int64_t zigzag();
  ByteView raw(std::uint64_t size);
  ByteView string() { return raw(varint()); }
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::size_t left() const { return from_.size() - at_; }
  [[nodiscard]] bool done() const { return left() == 0; }

 private:
  std::uint64_t fixed(unsigned width);
  ByteView from_;
  std::size_t at_ = 0;
};

}  // namespace yestermail
