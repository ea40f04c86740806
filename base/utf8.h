// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace yestermail {

/// One character of UTF-8: how many bytes it takes, and which it is. Length 0: the bytes are not valid UTF-8
/// (overlong forms, surrogates and values above 0x10FFFF are not).
struct Utf8Sequence {
  std::size_t length = 0;
  std::uint32_t code_point = 0;
};

/// The character at the start of `bytes`, which must not be empty. Source: Unicode 15, table 3-7.
Utf8Sequence utf8_sequence(std::string_view bytes);

}  // namespace yestermail
