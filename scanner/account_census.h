// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scanner/account_patterns.h"
#include "scanner/account_run.h"
#include "scanner/account_source.h"
#include "scanner/source_spec.h"
#include "scanner/totals.h"
#include "store/recorder.h"

namespace yestermail {

/// The accounts that sources show and those that a store has, compared once. What cannot be looked at is counted as
/// failed in `totals`. One thread.
class AccountCensus {
 public:
  AccountCensus(Recorder& recorder, const std::vector<SourceSpec>& specs, const AccountPatterns& patterns,
                ScanTotals& totals);

  /// On the disk and wanted, by name.
  [[nodiscard]] const std::map<std::string, AccountSource>& found() const { return found_; }
  /// In the store, and certainly not on the disk any more.
  [[nodiscard]] const std::vector<Account>& ended() const { return ended_; }
  /// The store has an account of this name. One that was imported does not count: nobody has scanned it.
  [[nodiscard]] bool knows(const std::string& name) const { return recorded_.contains(name); }
  /// The store's number of an account; one that it does not have yet is added to it, and counted. That ends an imported
  /// one of the same name.
  AccountNumber number_of(const AccountSource& source);

 private:
  void find_all(const std::vector<SourceSpec>& specs, const AccountPatterns& patterns);
  void find_ended(const std::vector<SourceSpec>& specs, const AccountPatterns& patterns);
  std::optional<std::uint64_t> remembered_parent(AccountNumber number);

  Recorder& recorder_;
  ScanTotals& totals_;
  std::vector<bool> readable_;  // Of each source: its fixed part could be opened.
  std::map<std::string, AccountSource> found_;
  std::vector<std::string> on_disk_;  // Sorted, wanted or not.
  const std::optional<std::map<std::string, std::string>> import_;
  std::map<std::string, Account> recorded_;  // Without those that were imported, if this is no import.
  std::set<std::string> imported_;           // Their names.
  std::vector<Account> ended_;
};

/// Holds the trees of an account open for one scan; its number is still to be set. Nothing where its mail directory
/// cannot be opened, which is counted.
std::shared_ptr<AccountRun> open_account(const AccountSource& source, ScanTotals& totals);

}  // namespace yestermail
