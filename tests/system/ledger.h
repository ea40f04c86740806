// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "store/view.h"

namespace yestermail::test {

/// What really happened to each message of one account, as those who did it wrote it down.
class Ledger {
 public:
  /// Between `begun` and `done` (wall clock, microseconds) the message came under this path of the mail tree, or, with
  /// an empty one, ceased to be.
  struct State {
    std::int64_t begun = 0;
    std::int64_t done = 0;
    std::string path;
  };
  void add(const std::string& base, State state) { messages_[base].push_back(std::move(state)); }
  [[nodiscard]] const std::map<std::string, std::vector<State>>& messages() const { return messages_; }
  [[nodiscard]] std::size_t changes() const;

 private:
  std::map<std::string, std::vector<State>> messages_;
};

/// What a store does not have as the ledger has it.
struct LedgerFindings {
  std::uint64_t settled_states = 0;   ///< that were looked for
  std::uint64_t missed = 0;           ///< states that lasted, outside gaps, and are not recorded
  std::uint64_t false_deletions = 0;  ///< times at which a message that was there is not in the store
  std::uint64_t strangers = 0;        ///< messages of another account
  std::vector<std::string> lines;     ///< the first of all these
};

/// Compares an account's history with the ledger. A state that lasted for `settled` microseconds and overlaps no gap
/// has to be recorded within that time of its beginning. No message may be gone from the store, in or outside gaps,
/// from when it was recorded until it really went.
LedgerFindings check_ledger(View& view, AccountNumber account, const std::string& prefix, const Ledger& ledger,
                            const std::vector<Gap>& gaps, std::int64_t settled);

}  // namespace yestermail::test
