// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_table.h"

#include "base/error.h"
#include "store/catalog_schema.h"

namespace yestermail {
namespace {

sqlite::Database open_table(const std::string& path) {
  auto database = sqlite::Database::open_reader(path);
  database.execute("BEGIN");
  return database;
}

Digest digest_of(ByteView bytes) {
  const auto digest = Digest::from_bytes(bytes);
  if (!digest) throw Error(Errc::kDamage, "a digest in it is none");
  return *digest;
}

}  // namespace

CheckTable::CheckTable(const std::string& path) : database_(open_table(path)), blobs_(database_) {}

std::string CheckTable::integrity() {
  try {
    auto check = database_.prepare("PRAGMA integrity_check(1)");
    if (!check.step()) return "cannot be checked";
    const std::string text(as_text(check.blob(0)));
    return text == "ok" ? "" : printable(text);
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
    return std::string("a page of it is damaged");
  }
}

std::uint64_t CheckTable::meta(int key) {
  auto get = database_.prepare("SELECT value FROM meta WHERE key = ?1");
  return get.bind(1, key).step() ? get.natural(0) : 0;
}

void CheckTable::require_catalog_of(const Uuid& account) {
  if (meta(static_cast<int>(MetaKey::kSchema)) != kCatalogSchemaVersion) {
    throw Error(Errc::kDamage, "of another version; it is made anew when the store is written to next");
  }
  if (static_cast<std::int64_t>(meta(static_cast<int>(MetaKey::kAccount))) != account_key(account)) {
    throw Error(Errc::kDamage, "the catalog of another account");
  }
}

void CheckTable::visit_entries(const std::function<void(const Entry&)>& visit) {
  auto all = database_.prepare(std::string("SELECT ") + kEntryColumns +
                               ", parent, name, item, size, digest FROM entry ORDER BY id");
  while (all.step()) {
    Entry entry;
    entry.row = read_row(all);
    entry.parent = all.natural(7);
    entry.name = all.integer(8);
    entry.item = all.natural(9);
    entry.size = all.integer(10);
    entry.has_digest = !all.is_null(11);
    entry.digest = all.integer(11);
    visit(entry);
  }
}

std::map<Digest, DigestSum> CheckTable::packs() {
  std::map<std::int64_t, DigestSum> sums;
  auto names = database_.prepare("SELECT id, name FROM pack");
  std::map<Digest, std::int64_t> ids;
  while (names.step()) ids[digest_of(names.blob(1))] = names.integer(0);
  auto rows = database_.prepare("SELECT pack, digest FROM blob WHERE pack > 0");
  while (rows.step()) sums[rows.integer(0)].add(digest_of(rows.blob(1)));
  std::map<Digest, DigestSum> found;
  for (const auto& [name, id] : ids) found[name] = sums[id];
  return found;
}

PackContents CheckTable::contents(const Digest& pack) {
  PackContents contents;
  auto rows = database_.prepare(
      "SELECT digest, form, size, offset, inner, length FROM blob WHERE pack = (SELECT id FROM pack WHERE name = ?1)");
  rows.bind(1, pack.bytes());
  while (rows.step()) {
    PackEntry entry;
    entry.digest = digest_of(rows.blob(0));
    entry.form = static_cast<BlobForm>(rows.integer(1));
    entry.size = rows.natural(2);
    entry.frame = rows.natural(3);
    entry.offset = rows.natural(4);
    entry.length = rows.natural(5);
    contents.push_back(entry);
  }
  return contents;
}

}  // namespace yestermail
