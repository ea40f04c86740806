// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/history_source.h"
#include "archive/import.h"

namespace yestermail {

/// An incarnation of an account, in the history that is imported and in the store that takes it in.
struct HistoryLife {
  Account from;
  Account here;  ///< without a number until it has begun
  bool begun = false;
  bool ended = false;
  std::unique_ptr<HistoryStream> stream = nullptr;  ///< what is still to be recorded
  std::set<ItemId> left_out = {};                   ///< items whose last version was not recorded

  /// When the next thing happens to it, until `at`.
  [[nodiscard]] std::optional<Instant> next(Instant at) const;
};

/// Those that the order asks for, under their names here. `here`: all that the store has; `done_until`: its newest
/// change. Error{kUsage}: it has something else, or something later. Error{kNotFound}, {kUsage}: the order asks for
/// what is not there, or gives one name to two.
std::vector<HistoryLife> choose_lives(const HistorySource& source, std::vector<Account> here, Instant done_until,
                                      const ImportOrder& order);

/// The newest instant that the store has of these lives.
Instant recorded_until(View& view, const std::vector<HistoryLife>& lives);

/// Error{kUsage}: `why`, and what a history can be imported into.
[[noreturn]] void refuse_history(const std::string& why);

}  // namespace yestermail
