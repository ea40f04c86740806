// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/codec.h"

#include "base/error.h"

namespace yestermail {

void ByteWriter::fixed(std::uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i) to_.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void ByteWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    to_.push_back(static_cast<std::byte>(value | 0x80U));
    value >>= 7U;
  }
  to_.push_back(static_cast<std::byte>(value));
}

void ByteWriter::zigzag(std::int64_t value) {
  varint((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
}

void ByteWriter::string(ByteView bytes) {
  varint(bytes.size());
  raw(bytes);
}

std::uint64_t ByteReader::fixed(unsigned width) {
  const auto bytes = raw(width);
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  return value;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(raw(1)[0]);
    if (shift == 63 && byte > 1) break;  // Would not fit into 64 bits.
    value |= (byte & 0x7fU) << shift;
    if (byte < 0x80) return value;
  }
  throw Error(Errc::kDamage, "a number in a stored record is too long");
}

std::int64_t ByteReader::zigzag() {
  const auto value = varint();
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

ByteView ByteReader::raw(std::uint64_t size) {
  if (size > left()) throw Error(Errc::kDamage, "a stored record ends too early");
  const auto bytes = from_.subspan(at_, static_cast<std::size_t>(size));
  at_ += bytes.size();
  return bytes;
}

}  // namespace yestermail
