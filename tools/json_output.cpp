// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/json_output.h"

#include <nlohmann/json.hpp>

#include "base/instant_text.h"

namespace yestermail {

Json json_instant(Instant instant) { return instant == kForever ? Json(nullptr) : Json(instant_text(instant)); }

void print_json(std::ostream& out, const Json& document) { out << document.dump(2) << '\n'; }

JsonArray::JsonArray(std::ostream& out) : out_(out) {}

void JsonArray::add(const Json& element) {
  out_ << (first_ ? "[\n" : ",\n") << element.dump();
  first_ = false;
}

void JsonArray::end() { out_ << (first_ ? "[]\n" : "\n]\n"); }

}  // namespace yestermail
