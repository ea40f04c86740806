// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/utf8.h"

namespace yestermail {
namespace {

bool is_continuation(std::string_view bytes, std::size_t at) {
  return at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xc0U) == 0x80U;
}

}  // namespace

Utf8Sequence utf8_sequence(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes.front());
  if (lead < 0x80) return {1, lead};
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t smallest = 0;
  if ((lead & 0xe0U) == 0xc0U) {
    length = 2;
    value = lead & 0x1fU;
    smallest = 0x80;
  } else if ((lead & 0xf0U) == 0xe0U) {
    length = 3;
    value = lead & 0x0fU;
    smallest = 0x800;
  } else if ((lead & 0xf8U) == 0xf0U) {
    length = 4;
    value = lead & 0x07U;
    smallest = 0x10000;
  } else {
    return {};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(bytes, i)) return {};
    value = (value << 6U) | (static_cast<unsigned char>(bytes[i]) & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest || value > 0x10ffff || surrogate) return {};
  return {length, value};
}

}  // namespace yestermail
