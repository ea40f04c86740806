// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/filesystem.h"
#include "base/log.h"
#include "base/uuid.h"
#include "store/compressor.h"
#include "store/layout.h"
#include "store/transaction.h"

namespace yestermail {

/// Numbers of docs/format.md 7.
inline constexpr std::string_view kLogMagic = "YMLOG001";
inline constexpr std::size_t kLogHeaderBytes = 112;

/// The encoded transactions of one log. Error{kDamage}.
Bytes read_log_frames(Filesystem& disk, const std::string& path);

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

  /// Likewise all of them. Error{kDamage} where a log is missing or anything in it is not what was written.
  void read_strictly(const std::function<void(const Transaction&)>& visit) const;

  /// Adds the account's transactions (encoded for the log, in order) that are newer than covered(), of which `to` is
  /// the last. On return they survive a power cut. A small newest file is merged into the new one.
  void add(Lsn to, ByteView transactions);

  /// Replaces all logs of an account by one that is written anew, from 0 to the end of the last of them.
  class Rewrite {
   public:
    explicit Rewrite(const HistoryLog& log);
    void add(const Transaction& transaction);
    /// No more comes; the file is synced.
    void finish();
    /// Reads what was written, from the disk.
    void read(const std::function<void(const Transaction&)>& visit) const;
    /// On return it is the account's only log, which survives a power cut.
    void install();

   private:
    void write(ByteView bytes);
    void flush(std::size_t at_least);
    const HistoryLog& log_;
    const std::string staged_;
    LogName name_;
    std::unique_ptr<File> file_;
    std::uint64_t written_ = 0;
    Bytes pending_;
    Hasher hasher_;
    Compressor compressor_;
  };

 private:
  [[nodiscard]] std::string path(const LogName& name) const;
  void remove_covered() const;

  Filesystem& disk_;
  const Layout& layout_;
  const Uuid store_;
  const Uuid account_;
};

}  // namespace yestermail
