// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "archive/import_writer.h"
#include "store/recorder.h"
#include "store/view.h"

namespace yestermail {

/// A version began, or ended without a successor at the same instant. Of one that ended only item and id are told.
struct HistoryStep {
  bool ended = false;
  Version version;
  std::string folder;  ///< of one that began: the path of the directory in which it stood, "" of the root
};

/// What happened in one account, oldest first. One thread.
class HistoryStream {
 public:
  virtual ~HistoryStream() = default;
  /// When the next thing happened; kForever: nothing more did.
  virtual Instant next() = 0;
  /// All that happened then.
  virtual std::vector<HistoryStep> take() = 0;
};

/// Where a history comes from: another store, or an archive of one. One thread.
class HistorySource {
 public:
  virtual ~HistorySource() = default;

  /// The store whose history it is, also where it comes through an archive.
  [[nodiscard]] virtual Uuid store() const = 0;
  /// Until when, inclusive.
  [[nodiscard]] virtual Instant at() const = 0;
  /// All incarnations that it has; their numbers mean something to it alone.
  [[nodiscard]] virtual const std::vector<Account>& accounts() const = 0;

  /// Comes once, before what follows, which is about these accounts. Tells of what it does not take. With `dry` no
  /// content will be read. Error: nothing of them can be told.
  virtual void prepare(const std::vector<AccountNumber>& wanted, bool dry, ImportCounter& counter) = 0;
  virtual std::uint64_t versions(AccountNumber account) = 0;
  /// What happened from `from` on; it is one of `streams`, which share the memory. The source outlives it.
  virtual std::unique_ptr<HistoryStream> stream(AccountNumber account, Instant from, std::size_t streams) = 0;
  /// Error{kDamage}, now or when it is read: it cannot be had, or is not what it was. The source outlives it.
  virtual std::unique_ptr<BlobSource> content(AccountNumber account, const Digest& digest) = 0;
  /// Of kServerAccount those that are about all accounts.
  virtual std::vector<Gap> gaps(AccountNumber account, Instant since, Instant until) = 0;
};

}  // namespace yestermail
