// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/json_output.h"

#include <nlohmann/json.hpp>

#include "base/instant_text.h"
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

Json json_instant(Instant instant) { return instant == kForever ? Json(nullptr) : Json(instant_text(instant)); }

void print_json(std::ostream& out, const Json& document) { out << document.dump(2) << '\n'; }

JsonArray::JsonArray(std::ostream& out) : out_(out) {}

void JsonArray::add(const Json& element) {
  out_ << (first_ ? "[\n" : ",\n") << element.dump();
  first_ = false;
}

void JsonArray::end() { out_ << (first_ ? "[]\n" : "\n]\n"); }

}  // namespace yestermail
