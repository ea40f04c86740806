// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/view.h"
#include "tools/folders.h"
#include "tools/watcher_state.h"

namespace yestermail {

/// One line of the log, ready to be shown.
struct LogRow {
  Instant at;
  std::string what;
  std::string account;
  std::string folder;
  std::string from_folder;  ///< of what was moved or renamed
  std::string from_name;    ///< likewise
  Version version;
  std::optional<ShownGap> gap;  ///< a span in which changes may have been missed: `at`, `what` and `account` alone hold
};

/// A gap's row: in the order of time it stands where the gap begins.
LogRow gap_row(ShownGap gap, std::string account);

/// What is wanted.
struct LogQuery {
  std::string folder;  ///< a path as people know it, or as on disk; empty: all
  std::optional<ItemId> item;
  Instant from{0};
  Instant until = kForever;
};

/// Makes the rows of one account from what happened in it. One thread.
class LogRowMaker {
 public:
  /// `query` outlives the maker.
  LogRowMaker(View& view, Account account, const LogQuery& query);

  /// nullopt: not wanted, or of no interest to people, as the directories that a mail folder is made of.
  std::optional<LogRow> row(const View::Happening& happening);

 private:
  [[nodiscard]] bool is_of_interest(const View::Happening& happening) const;
  [[nodiscard]] bool goes_on(const Version& version, Instant at) const;
  [[nodiscard]] bool wanted(std::string_view path) const;
  [[nodiscard]] std::optional<Version> before(const Version& version) const;
  std::string what_began(const Version& version, LogRow& row);

  View& view_;
  Account account_;
  const LogQuery& query_;
  std::string on_disk_;  ///< the path of the directory that the query may have named
  FolderNamer namer_;
};

}  // namespace yestermail
