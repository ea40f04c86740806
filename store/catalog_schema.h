// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/checksum.h"
#include "base/uuid.h"

namespace yestermail {

/// The tables of an account's catalog, next to those of BlobTable. Derived from the account's logs and the journal.
/// `put` is the encoded PUT body (docs/format.md 3) that began the version; the columns beside it are what is searched
/// for; `size` is -1 for a directory, `digest` the first eight bytes of the content's. `sum` is XXH3 over id, put,
/// since, until, lvl and mid: what SQLite would not notice, a reader does. A version that lasts has until = 2^63 - 1,
/// lvl = -1, mid = 0; see fork_index.h for the others.
inline constexpr const char* kCatalogSchema =
    "CREATE TABLE IF NOT EXISTS meta(key INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS entry(id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, name INTEGER NOT NULL,"
    " item INTEGER NOT NULL, size INTEGER NOT NULL, put BLOB NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,"
    " lvl INTEGER NOT NULL, mid INTEGER NOT NULL, sum INTEGER NOT NULL, digest INTEGER) STRICT;"
    "CREATE INDEX IF NOT EXISTS entry_name ON entry(parent, name, since);"     // one name at an instant
    "CREATE INDEX IF NOT EXISTS entry_low ON entry(parent, lvl, mid, since);"  // a directory at an instant:
    "CREATE INDEX IF NOT EXISTS entry_high ON entry(parent, lvl, mid, until) WHERE lvl >= 0;"  // both arms
    "CREATE INDEX IF NOT EXISTS entry_item ON entry(item, since);"                             // the life of an item
    "CREATE INDEX IF NOT EXISTS entry_since ON entry(since);"                                  // what happened when
    "CREATE INDEX IF NOT EXISTS entry_until ON entry(until) WHERE lvl >= 0;"
    "CREATE INDEX IF NOT EXISTS entry_digest ON entry(digest) WHERE digest IS NOT NULL;"  // where a content is
    "CREATE INDEX IF NOT EXISTS entry_directory ON entry(parent) WHERE size < 0;"         // directories of all times
    "CREATE TABLE IF NOT EXISTS activity(hour INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS mark(item INTEGER PRIMARY KEY, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL,"
    " inode INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS gap(id INTEGER PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL,"
    " reason INTEGER NOT NULL, text BLOB NOT NULL) STRICT;";  // id: the lsn of the transaction that tells of it

/// Keys of `meta`.
enum class MetaKey : int {
  kSchema = 1,       ///< kCatalogSchemaVersion; another one: the catalog is rebuilt
  kAppliedLsn = 2,   ///< of the account's newest applied transaction
  kLastInstant = 3,  ///< and its instant
  kNextItem = 4,     ///< above every item id in use
  kNextVersion = 5,
  kAccount = 6,   ///< account_key(): a catalog that was put into another account's place must not be read there
  kClosedAt = 7,  ///< in the server account's: the store's newest transaction when its writer closed it in good order
};
inline constexpr int kCatalogSchemaVersion = 3;

/// What tells the accounts' catalogs apart.
inline std::int64_t account_key(const Uuid& account) { return static_cast<std::int64_t>(checksum(account.bytes())); }

}  // namespace yestermail
