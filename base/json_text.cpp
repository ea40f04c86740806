// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json_text.h"

#include "base/utf8.h"

namespace yestermail {

std::string json_text(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  while (!bytes.empty()) {
    const auto length = bytes.front() == '\\' ? 0 : utf8_sequence(bytes).length;
    if (length > 0) {
      out += bytes.substr(0, length);
      bytes.remove_prefix(length);
      continue;
    }
    const auto byte = static_cast<unsigned char>(bytes.front());
    out += "\\x";
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
    bytes.remove_prefix(1);
  }
  return out;
}

std::string bytes_of_json_text(std::string_view text) {
  const auto value = [](char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
  };
  std::string out;
  while (!text.empty()) {
    const bool escaped = text.starts_with("\\x") && text.size() >= 4 && value(text[2]) >= 0 && value(text[3]) >= 0;
    out += escaped ? static_cast<char>(value(text[2]) * 16 + value(text[3])) : text.front();
    text.remove_prefix(escaped ? 4 : 1);
  }
  return out;
}

}  // namespace yestermail
