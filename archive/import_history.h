// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <vector>

#include "archive/history_source.h"
#include "archive/import.h"
#include "base/clock.h"

namespace yestermail {

/// Tells what it is set to: a store that is opened with it records at these instants. Safe for concurrent use.
class HistoryClock final : public Clock {
 public:
  explicit HistoryClock(Instant at) : now_(at.value) {}
  void set(Instant at) { now_ = at.value; }
  [[nodiscard]] Instant now() const override { return Instant{now_.load()}; }

 private:
  std::atomic<std::int64_t> now_;
};

/// A moment before the first of the accounts that are asked for began. Error{kNotFound}: there is none.
Instant before_history(const HistorySource& source, const ImportOrder& order);

/// Takes in the accounts of another store, or of an archive of it, with all of their history: each version, item number
/// and instant is as it was there, until `source.at()`. `here`: all incarnations that the store has. It must have
/// nothing else and nothing later; or what an earlier such import brought: then it goes on behind that. The store is
/// open with `clock`, and nothing packs in the background, which would take an instant. Every instant is durable as a
/// whole; killed anywhere, the next one goes on. Error{kUsage}, Error{kNotFound} before anything was recorded: the
/// store has something else, or the order asks for what is not there.
ImportTally import_history(const ImportTarget& target, HistorySource& source, std::vector<Account> here,
                           HistoryClock& clock, const ImportOrder& order, ImportProgress& progress);

}  // namespace yestermail
