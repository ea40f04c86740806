// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "archive/history_source.h"
#include "archive/import.h"

namespace yestermail {

/// The history of another store until `origin.at`. The view outlives it.
class StoreHistory final : public HistorySource {
 public:
  /// `accounts`: all incarnations that ever were.
  StoreHistory(const ImportOrigin& origin, std::vector<Account> accounts);

  [[nodiscard]] Uuid store() const override { return store_; }
  [[nodiscard]] Instant at() const override { return at_; }
  [[nodiscard]] const std::vector<Account>& accounts() const override { return accounts_; }
  void prepare(const std::vector<AccountNumber>& wanted, bool dry, ImportCounter& counter) override;
  std::uint64_t versions(AccountNumber account) override;
  std::unique_ptr<HistoryStream> stream(AccountNumber account, Instant from, std::size_t streams) override;
  std::unique_ptr<BlobSource> content(AccountNumber account, const Digest& digest) override;
  std::vector<Gap> gaps(AccountNumber account, Instant since, Instant until) override;

 private:
  View& view_;
  const Uuid store_;
  const Instant at_;
  const std::vector<Account> accounts_;
};

}  // namespace yestermail
