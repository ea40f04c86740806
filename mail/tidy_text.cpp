// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/tidy_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace yestermail {

std::string tidy_text(std::string_view text, std::size_t most) {
  std::string result;
  bool space = false;
  while (!text.empty()) {
    const auto sequence = utf8_sequence(text);
    const bool invalid = sequence.length == 0;
    const std::string_view character = invalid ? std::string_view("\xEF\xBF\xBD") : text.substr(0, sequence.length);
    text.remove_prefix(std::max<std::size_t>(1, sequence.length));
    const bool control = sequence.code_point <= 0x20 || (sequence.code_point >= 0x7F && sequence.code_point <= 0xA0);
    if (!invalid && control) {
      space = !result.empty();
      continue;
    }
    if (result.size() + (space ? 1 : 0) + character.size() > most) break;
    if (space) result += ' ';
    space = false;
    result += character;
  }
  return result;
}

bool is_utf8(std::string_view text, bool cut_off) {
  constexpr std::size_t kLongest = 4;
  while (!text.empty()) {
    const auto length = utf8_sequence(text).length;
    if (length == 0) return cut_off && text.size() < kLongest && static_cast<unsigned char>(text.front()) >= 0xC2;
    text.remove_prefix(length);
  }
  return true;
}

std::string utf8_of_latin1(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      result += c;
    } else {
      result += static_cast<char>(0xC0U | (byte >> 6U));
      result += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return result;
}

}  // namespace yestermail
