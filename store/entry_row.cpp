// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/entry_row.h"

#include <array>
#include <cstring>

#include "base/checksum.h"
#include "base/error.h"

namespace yestermail {

std::int64_t row_sum(const EntryRow& row) {
  const std::array<std::int64_t, 5> numbers{static_cast<std::int64_t>(row.id.value), row.since.value, row.until.value,
                                            row.level, row.middle};
  return static_cast<std::int64_t>(checksum(row.put, checksum(std::as_bytes(std::span(numbers)))));
}

std::int64_t name_hash(std::string_view name) { return static_cast<std::int64_t>(checksum(as_bytes(name))); }

std::int64_t digest_start(const Digest& digest) {
  std::int64_t start = 0;
  std::memcpy(&start, digest.bytes().data(), sizeof start);
  return start;
}

EntryRow read_row(const sqlite::Statement& statement) {
  EntryRow row;
  row.id = VersionId{statement.natural(0)};
  const auto put = statement.blob(1);
  row.put.assign(put.begin(), put.end());
  row.since = Instant{statement.integer(2)};
  row.until = Instant{statement.integer(3)};
  row.level = static_cast<int>(statement.integer(4));
  row.middle = statement.integer(5);
  if (row_sum(row) != statement.integer(6)) {
    throw Error(Errc::kDamage, "version " + std::to_string(row.id.value) + ": its row in the catalog is damaged");
  }
  return row;
}

Version version_of(const EntryRow& row) {
  ByteReader in(row.put);
  auto put = decode_put_body(in);
  Version version;
  version.id = row.id;
  version.item = put.item;
  version.body = put.body;
  version.cause = put.cause;
  version.since = row.since;
  version.until = row.until;
  version.state = std::move(put.state);
  return version;
}

}  // namespace yestermail
