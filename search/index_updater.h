// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search/index_file.h"
#include "store/view.h"

namespace yestermail {

/// When a message is from, as far as a listing says.
Instant date_of(const EntryState& state);

/// Reads what is new of an account into its index. Messages are read by several threads, a few at a time. One thread.
class IndexUpdater {
 public:
  IndexUpdater(View& view, const Account& account, unsigned threads)
      : view_(view), account_(account), threads_(threads) {}

  /// Takes in the next versions, a few thousand at most, in one transaction. False: there are none.
  bool step(IndexFile& index);
  /// Messages read so far, and how many of them could not be read: of these only sender and subject are known.
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] std::uint64_t damaged() const { return damaged_; }

 private:
  struct Text;
  Text read(const Version& version);
  std::vector<Text> read_all(std::span<const Version> versions);
  void add(IndexFile& index, const std::vector<Version>& fresh);

  View& view_;
  const Account& account_;
  const unsigned threads_;
  std::uint64_t messages_ = 0;
  std::uint64_t damaged_ = 0;
};

}  // namespace yestermail
