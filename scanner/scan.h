// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/log.h"
#include "store/recorder.h"

namespace yestermail {

/// Whether an account, by its name on the disk, may not have a content. Safe for concurrent use. Empty: it may have
/// all; else each file is read twice.
using RefusedContents = std::function<bool(const std::string& account, const Digest& content)>;

/// How one pass over the sources is made.
struct ScanOptions {
  unsigned threads = 0;  ///< that read and compress; 0: one a processor
  bool full = false;     ///< trust no directory to be as it was; look at every file's size, time, mode, owner
  std::vector<std::string> accounts;                      ///< shell patterns of account names to take; none: all
  std::vector<std::string> exclude;                       ///< shell patterns of account names to leave out; they win
  std::uint64_t largest_file = std::uint64_t{16} << 30U;  ///< bytes; a larger file is refused, and reported
  /// Not a scan but an import of what the sources show: these accounts, under these names. Each belongs to its origin
  /// (store/origin.h) from then on. Nothing is recorded as deleted, and no account ends. Error{kUsage} where an account
  /// of the name is there that has another origin.
  std::optional<std::map<std::string, std::string>> import = std::nullopt;
  RefusedContents is_refused = {};  ///< reported, and not taken in
};

/// What a scan did. An item is a message or another file; directories are counted for themselves.
struct ScanReport {
  std::uint64_t accounts_seen = 0;  ///< on disk and wanted
  std::uint64_t accounts_failed =
      0;  ///< of these: could not be looked at, or only in part; also sources that could not be
  std::uint64_t accounts_added = 0;
  std::uint64_t accounts_ended = 0;

  std::uint64_t items_arrived = 0;
  std::uint64_t items_changed = 0;  ///< other bytes under the same identity
  std::uint64_t items_renamed = 0;  ///< flags, keywords, new/ -> cur/
  std::uint64_t items_moved = 0;    ///< to another folder
  std::uint64_t items_touched = 0;  ///< only time, mode or owner
  std::uint64_t items_deleted = 0;
  std::uint64_t items_unchanged =
      0;  ///< looked at one by one; what stands in directories that did not change is not counted
  std::uint64_t items_failed = 0;   ///< could not be read; what the store has of them stays as it is
  std::uint64_t items_refused = 0;  ///< symlink, FIFO, device, another owner's hard link, too large, a reserved name
  std::uint64_t unconfirmed = 0;    ///< not found, but not proven gone either: left for the next scan, not deleted

  std::uint64_t directories_listed = 0;
  std::uint64_t directories_unchanged = 0;  ///< as marked, so not listed
  std::uint64_t bytes_read = 0;

  static constexpr std::size_t kFailureTexts = 200;
  std::vector<std::string> failures;  ///< one printable line each, the first kFailureTexts of them
  std::uint64_t failures_total = 0;   ///< all that failed or was refused

  /// True where nothing failed, was refused or stayed unconfirmed.
  [[nodiscard]] bool complete() const { return failures_total == 0 && unconfirmed == 0; }
};

/// How far a scan is. Planned figures grow while trees are listed; they are final once `planned_all`.
struct ScanTally {
  std::uint64_t accounts_total = 0;
  std::uint64_t accounts_planned = 0;  ///< listed and compared
  std::uint64_t items_planned = 0;     ///< to be read
  std::uint64_t items_done = 0;
  std::uint64_t bytes_done = 0;
  bool planned_all = false;
};

/// Told how a scan goes on: from any thread, but from one at a time. Must be quick and must not throw.
class ScanProgress {
 public:
  virtual ~ScanProgress() = default;
  virtual void account_begun(std::string_view account, const ScanTally& tally) = 0;
  virtual void advanced(const ScanTally& tally) = 0;  ///< after each item: an observer draws when it likes to
  virtual void committing(const ScanTally& tally) = 0;
};

/// One pass: brings the store to what the sources show. A directory whose time, change time and inode are as they were
/// is not listed: what is written into a message in place, and a message's new mode or owner, is only seen by a `full`
/// scan or when something else in its directory changes. (Mail programs do neither.) Other files are always looked at.
/// Never writes to a source. What was reported as arrived,
/// changed or deleted is durable on return. Items, folders and accounts that fail are counted and reported, logged as
/// warnings, and the rest goes on; nothing that could not be seen is recorded as deleted. An Error of the store (disk
/// full, failed sync) or a source specification that is none ends the scan; what was committed until then stays, and
/// the next scan goes on from there. One scan a store at a time; an import of a tree may go on beside it.
ScanReport scan(Recorder& recorder, Log& log, const std::vector<std::string>& sources, const ScanOptions& options,
                ScanProgress* progress = nullptr);

/// For `init --source`: checks that a source specification (scanner/source_spec.h) can be read and that mail trees
/// stand where it points; returns the names of the accounts found, sorted. Error{kUsage}: no specification, or no mail
/// tree there; Error{kNotFound}: the path is missing. The text names the path and the way out.
std::vector<std::string> check_source(const std::string& source);

/// Paths that a source reaches whatever the account: no mountpoint and no store may stand below them. For a template
/// this is its part before the first variable.
std::vector<std::string> source_roots(const std::vector<std::string>& sources);

}  // namespace yestermail
