// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "archive/import.h"
#include "tools/environment.h"
#include "tools/json_output.h"
#include "tools/terminal_line.h"

namespace yestermail {

/// Tells of each item what became of it as soon as that is certain, and of all in the end. A line on a terminal shows
/// how far it is. Of ImportProgress and end() one thread; the rest is safe for concurrent use.
class ImportReport final : public ImportProgress, public TerminalLine {
 public:
  ImportReport(Environment& env, bool json, bool dry_run);

  void expect(std::uint64_t files, std::uint64_t bytes) override;
  void advanced(std::uint64_t files, std::uint64_t bytes) override;
  void told(const ImportNote& note) override;

  /// Prints the sums and gives the exit status: 0; 3 where bytes were damaged or altered, 5 where something else
  /// failed, 1 where nothing but that happened.
  int end(const ImportTally& tally);

 private:
  void print(const ImportNote& note);

  Environment& env_;
  const bool json_;
  const bool dry_run_;
  JsonArray array_;
  std::uint64_t expected_files_ = 0;
  std::uint64_t expected_bytes_ = 0;
  bool unread_ = false;  // Standard output was closed.
};

/// The text of the line, without anything for the terminal. Expected 0: not known. `micros`: since the import began.
std::string import_line_text(std::uint64_t files, std::uint64_t bytes, std::uint64_t expected_files,
                             std::uint64_t expected_bytes, std::int64_t micros);

}  // namespace yestermail
