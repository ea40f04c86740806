// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

struct sqlite3;
struct sqlite3_stmt;

namespace yestermail::sqlite {

void close_database(sqlite3* database);
void finalize_statement(sqlite3_stmt* statement);

/// A statement, compiled when it is used first: a connection to a catalog has thirty, and most that are opened use two
/// of them. Bound values are copied. One thread at a time; the database outlives it.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* database, std::string_view sql) : database_(database), sql_(sql) {}

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::uint64_t value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, ByteView blob);
  Statement& bind_null(int index);

  /// True: there is a row. After false, or after reset(), the statement can be bound and run again.
  bool step();
  /// Runs to the end and resets.
  void run();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t natural(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] ByteView blob(int column) const;  ///< valid until the next step or reset

  /// Steps of SQLite's virtual machine that this statement has taken: a measure of the rows touched.
  [[nodiscard]] std::uint64_t machine_steps() const;

 private:
  [[noreturn]] void fail(int code) const;
  sqlite3_stmt* compiled();
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { finalize_statement(statement); }
  };
  sqlite3* database_ = nullptr;
  std::string sql_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Resets a cached statement at the end of a scope, so that it holds no read transaction open.
class Use {
 public:
  explicit Use(Statement& statement) : statement_(&statement) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { statement_->reset(); }
  Statement* operator->() { return statement_; }

 private:
  Statement* statement_;
};

/// A connection to one derived file, with a sum on every page (docs/format.md 8). One thread at a time.
/// Errors: damage in any form (a page's sum, a malformed file) is Error{kDamage}; a full disk kNoSpace.
class Database {
 public:
  /// The only connection of all processes that writes and checkpoints the file (SQLite below 3.51.3 can corrupt a file
  /// that two connections checkpoint). Makes the file if it is not there. With kRollback a commit is in the file itself
  /// and nothing stands beside it, so that it can be read where nothing can be written; readers and writer then wait
  /// for one another, 10 s at most.
  enum class Journal { kWriteAhead, kRollback };
  static Database open_writer(const std::string& path, Journal journal = Journal::kWriteAhead);
  /// Never writes; Error{kNotFound} where the file is not there.
  static Database open_reader(const std::string& path);
  /// Has the system read the file's first quarter of a MiB at once: what a catalog's reader needs next lies all over
  /// it, and a cold disk takes as long for one page.
  void read_ahead();

  void execute(const char* sql);
  [[nodiscard]] Statement prepare(std::string_view sql) { return {handle_.get(), sql}; }
  /// Moves the log into the file and empties it; on return all commits survive a power cut. Readers may delay the
  /// emptying, which does no harm.
  void checkpoint();
  [[nodiscard]] bool in_transaction() const;
  /// True: another file stands under the path now, since it was made anew; this connection sees the old one for ever.
  [[nodiscard]] bool has_moved() const;

 private:
  static Database open(const std::string& path, bool writer);
  struct Close {
    void operator()(sqlite3* database) const { close_database(database); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

/// BEGIN IMMEDIATE … COMMIT; rolls back when it is destroyed without commit().
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace yestermail::sqlite
