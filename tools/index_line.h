// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "tools/terminal_line.h"

namespace yestermail {

/// The line that tells how many messages were read for a search index. Safe for concurrent use.
class IndexLine final : public TerminalLine {
 public:
  using TerminalLine::TerminalLine;
  void show(std::string_view account, std::uint64_t messages);
};

}  // namespace yestermail
