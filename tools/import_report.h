// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "archive/import.h"
#include "base/log.h"
#include "tools/environment.h"
#include "tools/json_output.h"

namespace yestermail {

/// Tells of each item what became of it as soon as that is certain, and of all in the end. A line on a terminal shows
/// how far it is; log lines of the store go through it. Of ImportProgress and end() one thread; as a Log safe for
/// concurrent use.
class ImportReport final : public ImportProgress, public Log {
 public:
  ImportReport(Environment& env, bool json, bool dry_run);
  ImportReport(const ImportReport&) = delete;
  ImportReport& operator=(const ImportReport&) = delete;
  ~ImportReport() override { erase(); }

  void expect(std::uint64_t files, std::uint64_t bytes) override;
  void advanced(std::uint64_t files, std::uint64_t bytes) override;
  void told(const ImportNote& note) override;
  void warning(std::string_view line) override;
  void error(std::string_view line) override;

  /// Prints the sums and gives the exit status: 0; 3 where bytes were damaged or altered, 5 where something else
  /// failed, 1 where nothing but that happened.
  int end(const ImportTally& tally);

 private:
  void print(const ImportNote& note);
  void erase();
  void erase_locked();

  Environment& env_;
  const bool json_;
  const bool dry_run_;
  JsonArray array_;
  const Instant begun_;
  std::uint64_t expected_files_ = 0;
  std::uint64_t expected_bytes_ = 0;
  bool unread_ = false;  // Standard output was closed.
  std::mutex mutex_;
  // Guarded by mutex_.
  StreamLog log_;
  Instant drawn_{0};
  bool on_screen_ = false;
};

/// The text of the line, without anything for the terminal. Expected 0: not known. `micros`: since the import began.
std::string import_line_text(std::uint64_t files, std::uint64_t bytes, std::uint64_t expected_files,
                             std::uint64_t expected_bytes, std::int64_t micros);

}  // namespace yestermail
