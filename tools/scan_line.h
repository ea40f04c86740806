// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "scanner/scan.h"
#include "tools/terminal_line.h"

namespace yestermail {

/// The line that tells how far a scan is. Safe for concurrent use.
class ScanLine final : public ScanProgress, public TerminalLine {
 public:
  using TerminalLine::TerminalLine;

  void account_begun(std::string_view account, const ScanTally& tally) override;
  void advanced(const ScanTally& tally) override;
  void committing(const ScanTally& tally) override;
};

/// The text of the line, without anything for the terminal. `micros`: since the scan began.
std::string scan_line_text(const ScanTally& tally, std::string_view doing, std::int64_t micros);

}  // namespace yestermail
