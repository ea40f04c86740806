// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/octal_escapes.h"

#include <algorithm>

namespace yestermail {
namespace {

constexpr std::size_t kEscape = 4;

bool is_escape(std::string_view text) {
  return text.size() >= kEscape && text[0] == '\\' && text[1] <= '3' &&
         std::all_of(text.begin() + 1, text.begin() + kEscape, [](char c) { return c >= '0' && c <= '7'; });
}

}  // namespace

std::string without_octal_escapes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool escaped = is_escape(text);
    out += escaped ? static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0')) : text.front();
    text.remove_prefix(escaped ? kEscape : 1);
  }
  return out;
}

}  // namespace yestermail
