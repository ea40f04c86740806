// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>

#include "base/clock.h"
#include "base/json_text.h"  // json_text(), which goes with all of these

namespace yestermail {

using Json = nlohmann::ordered_json;

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
