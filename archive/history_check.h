// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "archive/import_records.h"
#include "base/bytes.h"

namespace yestermail {

/// Looks whether what comes is the history of an account, before anything of it is recorded: lines that can be
/// understood, in the order of time, within the account's life. Keeps a line. One thread.
class HistoryCheck {
 public:
  /// The longest line of a history, without its end.
  static constexpr std::size_t kLongestLine = 1U << 20U;
  /// Of one instant, which is held in memory. No commit is near that.
  static constexpr std::uint64_t kMostAtOnce = 1'000'000;

  explicit HistoryCheck(const Account& account) : account_(account), last_(account.since) {}

  /// The next bytes of history.jsonl.
  void add(ByteView bytes);
  /// All was added. What is wrong with it, for people; empty: nothing is.
  std::string close();
  [[nodiscard]] std::uint64_t versions() const { return versions_; }

 private:
  void look_at_line();

  const Account account_;
  Instant last_;  ///< when the last line began
  std::uint64_t versions_ = 0;
  std::uint64_t at_once_ = 0;  ///< lines that began when the last one did
  std::string line_;
  std::string fault_;
};

}  // namespace yestermail
