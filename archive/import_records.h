// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/recorded_gaps.h"
#include "base/digest.h"
#include "store/view.h"

namespace yestermail {

/// What export.json says.
struct ExportRecord {
  struct Entry {
    std::string name;
    Uuid uuid;
    std::string directory;
  };
  Uuid store;
  Instant at;
  bool history = false;
  std::vector<Entry> accounts;
};
/// Error{kUsage}: no export of ours. Error{kUnsupported}: of a newer version.
ExportRecord read_export_record(std::string_view text, const std::string& archive);

/// What account.json says.
struct AccountRecord {
  Account account;  ///< without a number
  RecordedGaps gaps;
};
/// Nothing where it cannot be understood.
std::optional<AccountRecord> read_account_record(std::string_view text);

/// A line of history.jsonl. Nothing likewise, and for a state that no entry can have: a name that is no file's, an item
/// out of range, bytes without a digest.
struct HistoryLine {
  Version version;     ///< its body is its own
  std::string folder;  ///< the path of the directory in which it stood
};
std::optional<HistoryLine> read_history_line(std::string_view line);

/// A line of manifest.jsonl. Nothing likewise.
struct ListedFile {
  std::string path;
  std::uint64_t size = 0;
  Digest digest;
};
std::optional<ListedFile> read_manifest_line(std::string_view line);

}  // namespace yestermail
