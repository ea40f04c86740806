// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive_sink.h"
#include "archive/read_ahead.h"
#include "store/view.h"

namespace yestermail {

/// What an export has of an account, or of all.
struct ExportTally {
  std::uint64_t accounts = 0;
  std::uint64_t files = 0;  ///< of the state at the instant
  std::uint64_t directories = 0;
  std::uint64_t versions = 0;  ///< lines of history
  std::uint64_t past = 0;      ///< contents of past versions that the state has not
  std::uint64_t bytes = 0;     ///< of all these files
  std::uint64_t failed = 0;    ///< files that are not in the archive: damaged or not to be had
  std::uint64_t damaged = 0;   ///< those of them whose stored bytes are damaged

  ExportTally& operator+=(const ExportTally& more);
};

/// One account of an export: which incarnation, what it is called in the archive, and which of its instants is shown.
struct ExportAccount {
  Account account;
  std::string directory;  ///< accounts/NAME; of one that had ended, ended/NAME~<start of its uuid>
  Instant at;
};

/// What is to be exported.
struct ExportOrder {
  std::vector<ExportAccount> accounts;
  Instant at;  ///< no kForever: what comes later is not in it
  bool history = false;
  Uuid store;
  std::string made_by;                 ///< "yestermail 0.1.0"
  std::optional<int> compression = 3;  ///< zstd's level, 1 to 19; none: a plain tar
  unsigned threads = 1;
  std::string spool_directory;  ///< where lists are gathered that go into the archive later
};

/// Hears how an export goes, on the thread that exports. `path` is that in the archive.
class ExportProgress {
 public:
  virtual ~ExportProgress() = default;
  virtual void advanced(const ExportTally& total) = 0;
  virtual void failed(const std::string& path, const Refusal& why) = 0;
  virtual void account_done(const ExportAccount& account, const ExportTally& tally) = 0;
};

/// The incarnations of `known` that are there at `at`; with `ended` also those that had ended then, as they were last.
/// Each has a directory of its own.
std::vector<ExportAccount> accounts_to_export(const std::vector<Account>& known, Instant at, bool ended);

/// Writes the archive that docs/archive.md describes. Takes no lock that a writer waits for; what is recorded meanwhile
/// is not in it. A file that cannot be had is told and left out, the rest goes on. Memory is bounded, but for about
/// a hundred bytes a past content of one account. What the sink throws ends it.
ExportTally write_export(View& view, const ExportOrder& order, ArchiveSink& sink, ExportProgress& progress);

/// Counts what write_export() would write, and reads no content.
ExportTally measure_export(View& view, const ExportOrder& order, ExportProgress& progress);

}  // namespace yestermail
