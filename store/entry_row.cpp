// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/entry_row.h"

#include <array>
#include <cstring>

#include "base/checksum.h"
#include "base/error.h"

namespace yestermail {
namespace {

/// id, since, until, lvl, mid
using Numbers = std::array<std::int64_t, 5>;

std::int64_t sum_of(const Numbers& numbers, ByteView put) {
  return static_cast<std::int64_t>(checksum(put, checksum(std::as_bytes(std::span(numbers)))));
}

Numbers checked_numbers(const sqlite::Statement& row) {
  const Numbers numbers{row.integer(0), row.integer(2), row.integer(3), row.integer(4), row.integer(5)};
  if (sum_of(numbers, row.blob(1)) != row.integer(6)) {
    throw Error(Errc::kDamage, "version " + std::to_string(row.natural(0)) + ": its row in the catalog is damaged");
  }
  return numbers;
}

Version version_with(VersionId id, Instant since, Instant until, ByteView put_body) {
  ByteReader in(put_body);
  auto put = decode_put_body(in);
  Version version;
  version.id = id;
  version.item = put.item;
  version.body = put.body;
  version.cause = put.cause;
  version.since = since;
  version.until = until;
  version.state = std::move(put.state);
  return version;
}

}  // namespace

std::int64_t row_sum(const EntryRow& row) {
  return sum_of({static_cast<std::int64_t>(row.id.value), row.since.value, row.until.value, row.level, row.middle},
                row.put);
}

std::int64_t name_hash(std::string_view name) { return static_cast<std::int64_t>(checksum(as_bytes(name))); }

std::int64_t digest_start(const Digest& digest) {
  std::int64_t start = 0;
  std::memcpy(&start, digest.bytes().data(), sizeof start);
  return start;
}

EntryRow read_row(const sqlite::Statement& statement) {
  const auto [id, since, until, level, middle] = checked_numbers(statement);
  const auto put = statement.blob(1);
  return {VersionId{static_cast<std::uint64_t>(id)},
          Bytes(put.begin(), put.end()),
          Instant{since},
          Instant{until},
          static_cast<int>(level),
          middle};
}

Version read_version(const sqlite::Statement& statement) {
  const auto [id, since, until, level, middle] = checked_numbers(statement);
  return version_with(VersionId{static_cast<std::uint64_t>(id)}, Instant{since}, Instant{until}, statement.blob(1));
}

Version version_of(const EntryRow& row) { return version_with(row.id, row.since, row.until, row.put); }

}  // namespace yestermail
