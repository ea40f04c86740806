// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "store/entry.h"
#include "store/sqlite.h"
#include "store/transaction.h"

namespace yestermail {

/// One row of a catalog's table `entry`, shared by who writes and who reads it.
struct EntryRow {
  VersionId id;
  Bytes put;
  Instant since;
  Instant until = kForever;
  int level = -1;
  std::int64_t middle = 0;
};

/// The columns that read_row() expects, in its order.
inline constexpr const char* kEntryColumns = "id, put, since, until, lvl, mid, sum";

/// Selects rows for read_row().
[[nodiscard]] inline std::string select_rows(const char* where) {
  return std::string("SELECT ") + kEntryColumns + " FROM entry WHERE " + where;
}

[[nodiscard]] std::int64_t row_sum(const EntryRow& row);
/// Hash of a name, for the index only: whoever finds a row compares the name.
[[nodiscard]] std::int64_t name_hash(std::string_view name);
/// The start of a digest, for the index only, likewise.
[[nodiscard]] std::int64_t digest_start(const Digest& digest);
/// Error{kDamage} where the row is not what was written.
[[nodiscard]] EntryRow read_row(const sqlite::Statement& statement);
/// What version_of() gives of that row, which is not copied.
[[nodiscard]] Version read_version(const sqlite::Statement& statement);
[[nodiscard]] Version version_of(const EntryRow& row);

}  // namespace yestermail
