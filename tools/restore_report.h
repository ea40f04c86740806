// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"
#include "restore/report.h"
#include "store/view.h"
#include "tools/environment.h"
#include "tools/json_output.h"
#include "tools/terminal_line.h"

namespace yestermail {

/// Tells of each item what became of it as soon as that is certain, and counts. One thread.
class RestoreReport {
 public:
  struct Style {
    bool json = false;
    bool dry_run = false;
    bool many = false;  ///< accounts: lines name the account, and each account has its sums
  };
  RestoreReport(Environment& env, Style style);

  /// What is told from now on is of this account.
  void begin(const Account& account);
  /// Prints the account's sums, if there are many.
  void end_account();
  /// The same of an account of many that could not be restored, or not to its end.
  void end_account(const Error& why);

  /// What the restorer reports to. Valid as long as this lives.
  [[nodiscard]] const ReportSink& sink() const { return sink_; }
  /// Prints the sums, and gives the exit status: 0, or 1 where nothing was found or nothing could be restored, 3 where
  /// stored bytes were damaged, 5 where some items or accounts failed.
  int end();
  /// Items so far.
  [[nodiscard]] std::uint64_t count() const;

 private:
  using Counts = std::array<std::uint64_t, 4>;  // By outcome.

  void take(const ItemReport& report);
  void print(const ItemReport& report);
  /// Prints by `act`, with the line on the terminal out of the way. Whoever reads may have read enough; the rest is
  /// restored all the same.
  void tell(const std::function<void()>& act);
  [[nodiscard]] std::string sums(const Counts& counts) const;

  Environment& env_;
  const Style style_;
  const ReportSink sink_;
  JsonArray array_;
  std::string account_;
  Counts counts_{};
  Counts of_account_{};
  std::uint64_t accounts_ = 0;
  std::uint64_t failed_accounts_ = 0;
  bool damaged_ = false;
  bool unread_ = false;  // Standard output was closed.
  TerminalLine line_;
};

}  // namespace yestermail
