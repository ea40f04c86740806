// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/error.h"
#include "base/uuid.h"
#include "mail/message_text.h"
#include "search/query.h"
#include "store/sqlite.h"
#include "store/view.h"

namespace yestermail {

/// An index that has to be made anew.
class IndexDamage : public Error {
 public:
  explicit IndexDamage(const std::string& text) : Error(Errc::kDamage, text) {}
};

/// The words of one account's messages: a row for each content that ever was, and what can be told from the content
/// alone. Which items have it, and had it when, the catalog knows. One thread at a time. Damage, also that a file is
/// not there, is IndexDamage.
class IndexFile {
 public:
  /// Makes the tables where the file is empty.
  static IndexFile open_writer(const std::string& path, const Uuid& account);
  static IndexFile open_reader(const std::string& path, const Uuid& account);

  /// How far the account's versions are in the index.
  View::Beginning seen();
  /// Begins to write; all or nothing of it is there after commit().
  void begin();
  /// Notes that the content has such a date too. False: it is not in the index yet.
  bool add_date(const Digest& content, Instant date);
  void add(const Digest& content, std::uint64_t size, Instant date, const MessageText& text);
  void commit(const View::Beginning& seen);

  /// Contents that fit a query as far as the index can tell: whoever reads them looks at dates again, and at all that
  /// is about items. The newest first. The file must outlive it.
  class Matches {
   public:
    Matches(sqlite::Statement statement, std::string path) : statement_(std::move(statement)), path_(std::move(path)) {}
    std::optional<Digest> next();

   private:
    sqlite::Statement statement_;
    std::string path_;
  };
  Matches match(const Query& query);

 private:
  IndexFile(std::string path, sqlite::Database database);
  void create(const Uuid& account);
  void check(const Uuid& account);

  std::string path_;
  sqlite::Database database_;
  std::unique_ptr<sqlite::Transaction> transaction_;
  sqlite::Statement set_meta_;
  sqlite::Statement widen_;
  sqlite::Statement known_;
  sqlite::Statement add_message_;
  sqlite::Statement add_words_;
};

}  // namespace yestermail
