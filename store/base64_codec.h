// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace yestermail {

/// Base64 without lines and padding, 32 characters at a time where the processor can (AVX2). The vector code is the
/// method of Muła and Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (ACM TWEB 2018).

/// `chars` is a multiple of 4; writes chars / 4 * 3 bytes. False where a character is none of the 64.
bool decode_base64_chars(const std::byte* text, std::size_t chars, std::byte* to);

/// `size` is a multiple of 3; writes size / 3 * 4 characters.
void encode_base64_bytes(const std::byte* bytes, std::size_t size, std::byte* to);

}  // namespace yestermail
