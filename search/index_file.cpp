// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index_file.h"

#include <algorithm>
#include <limits>

#include "base/checksum.h"

namespace yestermail {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

enum class MetaKey : int { kSchema = 1, kAccount = 2, kSeenAt = 3, kSeenVersion = 4 };

// `words` keeps no text: only where each word stands. `first` and `last` are the dates of the versions with the
// content.
constexpr const char* kSchema =
    "CREATE TABLE meta(key INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT;"
    "CREATE TABLE message(id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL, attachment INTEGER NOT NULL) STRICT;"
    "CREATE INDEX message_last ON message(last);"
    "CREATE VIRTUAL TABLE words USING fts5(sender, recipient, subject, filename, body, content='',"
    " tokenize='unicode61 remove_diacritics 2');"
    // Words that are gathered in memory before they are written: less to merge later.
    "INSERT INTO words(words, rank) VALUES('hashsize', 8388608);";

std::int64_t key_of(const Uuid& account) { return static_cast<std::int64_t>(checksum(account.bytes())); }

template <class Call>
auto guarded(const std::string& path, const Call& call) {
  try {
    return call();
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage && error.code() != Errc::kNotFound) throw;
    throw IndexDamage("the search index " + path + " is damaged: " + error.what());
  }
}

std::string column_of(Field field) {
  switch (field) {
    case Field::kFrom: return "sender : ";
    case Field::kTo: return "recipient : ";
    case Field::kSubject: return "subject : ";
    case Field::kFilename: return "filename : ";
    default: return "";
  }
}

/// As FTS5 reads it: a string is cut into the words of a phrase, and nothing in it is taken for syntax.
std::string expression_of(const Term& term) {
  auto text = column_of(term.field) + "\"";
  for (const char c : term.text) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + (term.prefix ? "\" *" : "\"");
}

std::string expression_of(const Query& query, bool exclude) {
  std::string all;
  for (const auto& term : query.terms) {
    if (term.exclude == exclude) all += (all.empty() ? "" : exclude ? " OR " : " AND ") + expression_of(term);
  }
  return all;
}

std::string joined(const std::vector<std::string>& files) {
  std::string all;
  for (const auto& file : files) all += file + " ";
  return all;
}

}  // namespace

IndexFile::IndexFile(std::string path, sqlite::Database database)
    : path_(std::move(path)), database_(std::move(database)) {}

IndexFile IndexFile::open_writer(const std::string& path, const Uuid& account) {
  return guarded(path, [&] {
    IndexFile file(path, sqlite::Database::open_writer(path, sqlite::Database::Journal::kRollback));
    file.database_.execute("PRAGMA cache_size=-32768");
    auto tables = file.database_.prepare("SELECT count(*) FROM sqlite_schema");
    const bool is_new = tables.step() && tables.integer(0) == 0;
    tables.reset();
    if (is_new) file.create(account);
    file.check(account);
    file.set_meta_ = file.database_.prepare("INSERT OR REPLACE INTO meta VALUES(?1, ?2)");
    file.known_ = file.database_.prepare("SELECT first, last FROM message WHERE digest = ?1");
    file.widen_ =
        file.database_.prepare("UPDATE message SET first = min(first, ?2), last = max(last, ?2) WHERE digest = ?1");
    file.add_message_ = file.database_.prepare(
        "INSERT INTO message(digest, size, first, last, attachment) VALUES(?1, ?2, ?3, ?3, ?4) RETURNING id");
    file.add_words_ = file.database_.prepare(
        "INSERT INTO words(rowid, sender, recipient, subject, filename, body) VALUES(?1, CAST(?2 AS TEXT),"
        " CAST(?3 AS TEXT), CAST(?4 AS TEXT), CAST(?5 AS TEXT), CAST(?6 AS TEXT))");
    return file;
  });
}

IndexFile IndexFile::open_reader(const std::string& path, const Uuid& account) {
  return guarded(path, [&] {
    IndexFile file(path, sqlite::Database::open_reader(path));
    file.check(account);
    return file;
  });
}

void IndexFile::create(const Uuid& account) {
  sqlite::Transaction transaction(database_);
  database_.execute(kSchema);
  auto set = database_.prepare("INSERT INTO meta VALUES(?1, ?2)");
  set.bind(1, static_cast<int>(MetaKey::kSchema)).bind(2, kSchemaVersion).run();
  set.bind(1, static_cast<int>(MetaKey::kAccount)).bind(2, key_of(account)).run();
  set.bind(1, static_cast<int>(MetaKey::kSeenAt)).bind(2, 0).run();
  set.bind(1, static_cast<int>(MetaKey::kSeenVersion)).bind(2, 0).run();
  transaction.commit();
}

void IndexFile::check(const Uuid& account) {
  auto get = database_.prepare("SELECT value FROM meta WHERE key = ?1");
  const auto is = [&](MetaKey key, std::int64_t value) {
    const bool same = get.bind(1, static_cast<int>(key)).step() && get.integer(0) == value;
    get.reset();
    return same;
  };
  if (!is(MetaKey::kSchema, kSchemaVersion) || !is(MetaKey::kAccount, key_of(account))) {
    throw IndexDamage(path_ + ": of another version or another account");
  }
}

View::Beginning IndexFile::seen() {
  return guarded(path_, [&] {
    auto get =
        database_.prepare("SELECT max(CASE key WHEN 3 THEN value END), max(CASE key WHEN 4 THEN value END) FROM meta");
    if (!get.step() || get.is_null(0) || get.is_null(1)) throw IndexDamage(path_ + ": does not say what it is of");
    return View::Beginning{Instant{get.integer(0)}, VersionId{get.natural(1)}};
  });
}

void IndexFile::begin() {
  guarded(path_, [&] { transaction_ = std::make_unique<sqlite::Transaction>(database_); });
}

bool IndexFile::add_date(const Digest& content, Instant date) {
  return guarded(path_, [&] {
    {
      sqlite::Use use(known_);
      if (!use->bind(1, content.bytes()).step()) return false;
      if (use->integer(0) <= date.value && date.value <= use->integer(1)) return true;
    }
    widen_.bind(1, content.bytes()).bind(2, date.value).run();
    return true;
  });
}

void IndexFile::add(const Digest& content, std::uint64_t size, Instant date, const MessageText& text) {
  guarded(path_, [&] {
    std::int64_t id = 0;
    {
      sqlite::Use use(add_message_);
      use->bind(1, content.bytes()).bind(2, size).bind(3, date.value).bind(4, text.attachment ? 1 : 0);
      if (use->step()) id = use->integer(0);
    }
    add_words_.bind(1, id).bind(2, as_bytes(text.sender)).bind(3, as_bytes(text.recipients));
    add_words_.bind(4, as_bytes(text.subject)).bind(5, as_bytes(joined(text.files))).bind(6, as_bytes(text.body)).run();
  });
}

void IndexFile::commit(const View::Beginning& seen) {
  guarded(path_, [&] {
    set_meta_.bind(1, static_cast<int>(MetaKey::kSeenAt)).bind(2, seen.at.value).run();
    set_meta_.bind(1, static_cast<int>(MetaKey::kSeenVersion)).bind(2, seen.version.value).run();
    transaction_->commit();
    transaction_.reset();
  });
}

IndexFile::Matches IndexFile::match(const Query& query) {
  const auto wanted = expression_of(query, false);
  const auto unwanted = expression_of(query, true);
  // With words there are few rows, and the order of dates is no way to them.
  const std::string last = wanted.empty() ? "last" : "+last";
  auto sql = "SELECT digest FROM message WHERE " + last + " >= ?1 AND first < ?2 AND size >= ?3 AND size < ?4";
  if (query.attachment) sql += std::string(" AND attachment = ") + (*query.attachment ? "1" : "0");
  if (!wanted.empty()) sql += " AND id IN (SELECT rowid FROM words WHERE words MATCH CAST(?5 AS TEXT))";
  if (!unwanted.empty()) sql += " AND id NOT IN (SELECT rowid FROM words WHERE words MATCH CAST(?6 AS TEXT))";
  sql += " ORDER BY " + last + " DESC, id DESC";
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return guarded(path_, [&] {
    auto statement = database_.prepare(sql);
    statement.bind(1, query.after.value).bind(2, query.before.value);
    statement.bind(3, std::min(query.larger, kMost)).bind(4, std::min(query.smaller, kMost));
    if (!wanted.empty()) statement.bind(5, as_bytes(wanted));
    if (!unwanted.empty()) statement.bind(6, as_bytes(unwanted));
    return Matches(std::move(statement), path_);
  });
}

std::optional<Digest> IndexFile::Matches::next() {
  return guarded(path_, [&]() -> std::optional<Digest> {
    if (!statement_.step()) return std::nullopt;
    const auto bytes = statement_.blob(0);
    const auto digest = Digest::from_bytes(bytes);
    if (!digest) throw IndexDamage(path_ + ": not a digest");
    return digest;
  });
}

}  // namespace yestermail
