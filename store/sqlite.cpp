// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/error.h"
#include "store/sqlite_page_check.h"

namespace yestermail::sqlite {
namespace {

// The one place that knows SQLite's codes.
Errc classify(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:  // A missing table or column: not the file that we made.
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT: return Errc::kDamage;
    case SQLITE_FULL: return Errc::kNoSpace;
    case SQLITE_CANTOPEN: return Errc::kNotFound;
    case SQLITE_IOERR:
      return code == SQLITE_IOERR_DATA || code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_CORRUPTFS
                 ? Errc::kDamage
                 : Errc::kIo;
    default: return Errc::kIo;
  }
}

[[noreturn]] void fail_database(sqlite3* database, int code, const std::string& what) {
  const std::string reason = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  throw Error(classify(code), what + ": " + reason);
}

constexpr int kWriterCacheKib = 1024;
constexpr int kReaderCacheKib = 256;  // The system's own cache holds the pages too; a mount keeps many readers open.

}  // namespace

void close_database(sqlite3* database) { sqlite3_close_v2(database); }
void finalize_statement(sqlite3_stmt* statement) { sqlite3_finalize(statement); }

sqlite3_stmt* Statement::compiled() {
  if (handle_) return handle_.get();
  sqlite3_stmt* raw = nullptr;
  const auto code = sqlite3_prepare_v3(database_, sql_.data(), static_cast<int>(sql_.size()), SQLITE_PREPARE_PERSISTENT,
                                       &raw, nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK) fail(code);
  return raw;
}

void Statement::fail(int code) const {
  const char* path = sqlite3_db_filename(database_, "main");
  fail_database(database_, code, path != nullptr ? path : "catalog");
}

Statement& Statement::bind(int index, std::int64_t value) {
  if (const auto code = sqlite3_bind_int64(compiled(), index, value); code != SQLITE_OK) fail(code);
  return *this;
}

Statement& Statement::bind(int index, ByteView blob) {
  const void* data = blob.empty() ? "" : static_cast<const void*>(blob.data());  // A null pointer would bind NULL.
  const auto code = sqlite3_bind_blob64(compiled(), index, data, blob.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) fail(code);
  return *this;
}

Statement& Statement::bind_null(int index) {
  if (const auto code = sqlite3_bind_null(compiled(), index); code != SQLITE_OK) fail(code);
  return *this;
}

bool Statement::step() {
  const auto code = sqlite3_step(compiled());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  fail(code);
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() {
  if (handle_) sqlite3_reset(handle_.get());
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
bool Statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

ByteView Statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(handle_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::uint64_t Statement::machine_steps() const {
  if (!handle_) return 0;
  return static_cast<std::uint64_t>(sqlite3_stmt_status(handle_.get(), SQLITE_STMTSTATUS_VM_STEP, 0));
}

Database Database::open_writer(const std::string& path, Journal journal) {
  auto database = open(path, true);
  set_page_check(database.handle_.get());
  database.execute("PRAGMA page_size=4096");
  database.execute(journal == Journal::kWriteAhead ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE");
  database.execute("PRAGMA synchronous=NORMAL");
  database.execute("PRAGMA wal_autocheckpoint=0");
  database.execute("PRAGMA secure_delete=ON");
  return database;
}

Database Database::open_reader(const std::string& path) {
  auto database = open(path, false);
  sqlite3_db_config(database.handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  database.execute("PRAGMA query_only=ON");
  return database;
}

Database Database::open(const std::string& path, bool writer) {
  const int mode = writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* raw = nullptr;
  const auto code =
      sqlite3_open_v2(path.c_str(), &raw, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, page_check_vfs());
  Database database;
  database.handle_.reset(raw);  // Own it first: a failed open hands back a handle too.
  database.path_ = path;
  if (code != SQLITE_OK) fail_database(raw, code, path);
  sqlite3_busy_timeout(raw, 10'000);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  database.execute("PRAGMA mmap_size=0");
  database.execute("PRAGMA cell_size_check=ON");
  database.execute(("PRAGMA cache_size=-" + std::to_string(writer ? kWriterCacheKib : kReaderCacheKib)).c_str());
  return database;
}

void Database::read_ahead() {
  constexpr sqlite3_int64 kMost = 256 << 10;
  sqlite3_file* file = nullptr;
  sqlite3_int64 size = 0;
  if (sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return;
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->xFileSize(file, &size) != SQLITE_OK) return;
  const auto end = std::min(size, kMost);
  std::array<char, 32 << 10> piece;  // Small: memory for all of it takes longer to get than the bytes.
  for (sqlite3_int64 at = 0; at < end; at += static_cast<sqlite3_int64>(piece.size())) {
    const auto amount = std::min(end - at, static_cast<sqlite3_int64>(piece.size()));
    // What fails here fails again, and is reported, where the page is needed.
    if (file->pMethods->xRead(file, piece.data(), static_cast<int>(amount), at) != SQLITE_OK) return;
  }
}

void Database::execute(const char* sql) {
  const auto code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_database(handle_.get(), code, path_);
}

void Database::checkpoint() {
  const auto code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) fail_database(handle_.get(), code, path_);
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

bool Database::has_moved() const {
  int moved = 0;
  sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

Transaction::Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!open_ || !database_.in_transaction()) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const Error&) {  // The commit that failed has the reason; the connection is given up next.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace yestermail::sqlite
