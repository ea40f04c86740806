// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "archive/export.h"
#include "tools/environment.h"
#include "tools/json_output.h"
#include "tools/terminal_line.h"

namespace yestermail {

/// Tells of each account when it is exported, of each file that failed, and in the end of all. A line on a terminal
/// shows how far it is. Of ExportProgress and end() one thread; the rest is safe for concurrent use.
class ExportReport final : public ExportProgress, public TerminalLine {
 public:
  struct Style {
    bool json = false;
    bool dry_run = false;
    bool to_stdout = false;  ///< standard output is the archive: the report goes to standard error
  };
  ExportReport(Environment& env, Style style);

  /// What the line counts to: accounts, and bytes where they are known.
  void expect(std::uint64_t accounts, std::uint64_t bytes) { expected_ = {accounts, bytes}; }

  void advanced(const ExportTally& total) override;
  void failed(const std::string& path, const Refusal& why) override;
  void account_done(const ExportAccount& account, const ExportTally& tally) override;

  /// Takes the line away; prints the sums. `archive`: where it is and how large, if it was written. Gives the exit
  /// status: 0; 3 where stored bytes were damaged, 5 where other files failed.
  struct Written {
    std::string path;  ///< empty: standard output
    Instant at;
    std::uint64_t size = 0;
  };
  int end(const ExportTally& total, const Written& written);

 private:
  struct Expected {
    std::uint64_t accounts = 0;
    std::uint64_t bytes = 0;
  };

  const Style style_;
  std::ostream& told_;
  std::optional<JsonArray> array_;
  Expected expected_;
};

/// The text of the line, without anything for the terminal. `micros`: since the export began; `expected_bytes` 0: not
/// known.
std::string export_line_text(const ExportTally& total, std::uint64_t accounts, std::uint64_t expected_bytes,
                             std::int64_t micros);

}  // namespace yestermail
