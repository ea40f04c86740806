// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/index_line.h"

#include "base/error.h"
#include "tools/text.h"

namespace yestermail {

void IndexLine::show(std::string_view account, std::uint64_t messages) {
  draw([&](std::int64_t /*micros*/) {
    return "reading what is new of " + printable(account) + ": " + count_text(messages) + " messages";
  });
}

}  // namespace yestermail
