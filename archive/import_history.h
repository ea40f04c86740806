// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <vector>

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

/// Both sides' accounts: all incarnations that ever were.
struct ImportLives {
  std::vector<Account> origin;
  std::vector<Account> target;
};

/// A moment before the first of the accounts that are asked for began. Error{kNotFound}: there is none.
Instant before_history(const ImportLives& lives, const ImportOrder& order);

/// Takes in the accounts of another store with all of their history: each version, item number and instant is as it was
/// there, until `origin.at`. The store must have nothing else and nothing later; or what an earlier such import
/// brought: then it goes on behind that. The store is open with `clock`. Every instant is durable as a whole; killed
/// anywhere, the next one goes on. Error{kUsage} before anything was recorded: the store has something else.
ImportTally import_history(const ImportTarget& target, const ImportOrigin& origin, const ImportLives& lives,
                           HistoryClock& clock, const ImportOrder& order, ImportProgress& progress);

}  // namespace yestermail
