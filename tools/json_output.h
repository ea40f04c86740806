// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace yestermail {

using Json = nlohmann::ordered_json;

/// A text for JSON from bytes that need not be UTF-8, without loss: a byte that is no part of valid UTF-8 is written as
/// \xNN, and a backslash as \x5c; all else stays as it is (JSON escapes control characters itself).
std::string json_text(std::string_view bytes);

/// An instant, or null for kForever.
Json json_instant(Instant instant);

/// One document, indented, and a line feed.
void print_json(std::ostream& out, const Json& document);

/// An array that is printed element by element, so that memory does not grow with it.
class JsonArray {
 public:
  explicit JsonArray(std::ostream& out);
  void add(const Json& element);
  void end();  ///< To be called once; without it the document is not whole.

 private:
  std::ostream& out_;
  bool first_ = true;
};

}  // namespace yestermail
