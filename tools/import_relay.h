// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>

#include "archive/import.h"
#include "tools/json_output.h"

namespace yestermail {

/// Ends an import at the next item that is told: no Error, which could be taken for one of that item.
struct ImportStopped final : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "the import is being stopped"; }
};

/// Carries what an import tells from the thread that imports to another one, which sends it on (docs/control.md).
/// Memory is bounded: the import waits until what it told was taken.
class ImportRelay final : public ImportProgress {
 public:
  void expect(std::uint64_t files, std::uint64_t bytes) override;
  void advanced(std::uint64_t files, std::uint64_t bytes) override;
  /// Throws ImportStopped behind stop().
  void told(const ImportNote& note) override;
  void stop();
  /// Nothing more is told.
  void end();

  /// The next `progress`: how far it is, and some of what was told. Waits for that, `most` at the longest.
  Json next(std::chrono::milliseconds most);
  /// Behind end(), once all that was told was given.
  [[nodiscard]] bool is_done() const;

 private:
  static constexpr std::size_t kHeldNotes = 1024;
  static constexpr std::size_t kNotesInLine = 512;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<ImportNote> notes_;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t expected_files_ = 0;
  std::uint64_t expected_bytes_ = 0;
  bool stopped_ = false;
  bool ended_ = false;
};

/// Tells `to` what next() gave.
void hand_on(const Json& progress, ImportProgress& to);

}  // namespace yestermail
