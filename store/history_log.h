// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/filesystem.h"
#include "base/log.h"
#include "base/uuid.h"
#include "store/layout.h"
#include "store/transaction.h"

namespace yestermail {

/// Numbers of docs/format.md 7.
inline constexpr std::string_view kLogMagic = "YMLOG001";
inline constexpr std::size_t kLogHeaderBytes = 112;

/// The logs of one account: its history as immutable files (docs/format.md 7). The packer writes them, one thread at a
/// time for an account; reading is safe beside it.
class HistoryLog {
 public:
  HistoryLog(Filesystem& disk, const Layout& layout, const Uuid& store, const Uuid& account);

  /// What there is, oldest first; of files that cover the same, the longest only.
  [[nodiscard]] std::vector<LogName> files() const;
  /// The newest lsn that is covered; 0: none.
  [[nodiscard]] Lsn covered() const;

  /// Visits the transactions above `after`, oldest first. A damaged file is reported to `log` and what can be read is.
  void read(Lsn after, Log& log, const std::function<void(const Transaction&)>& visit) const;

  /// Adds the account's transactions (encoded for the log, in order) that are newer than covered(), of which `to` is
  /// the last. On return they survive a power cut. A small newest file is merged into the new one.
  void add(Lsn to, ByteView transactions);

 private:
  [[nodiscard]] std::string path(const LogName& name) const;
  void remove_covered();
  [[nodiscard]] Bytes read_raw(const LogName& name) const;

  Filesystem& disk_;
  const Layout& layout_;
  const Uuid store_;
  const Uuid account_;
};

}  // namespace yestermail
