// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "fs/gathering.h"
#include "fs/lineage.h"
#include "fs/remains.h"
#include "store/view.h"

namespace yestermail {

/// The start of the day (UTC) of an instant.
Instant day_of(Instant at);
inline constexpr std::int64_t kDayMicros = 86400 * kMicrosPerSecond;

/// What was deleted in one life of an account and is not there any more as seen at `now`: neither as the same item nor
/// by its content, in that life and in the one that has the name now. A folder counts if there is none of its name.
/// A life that has ended was deleted with all that was in it then. One thread at a time.
class DeletionDays {
 public:
  DeletionDays(View& view, const Lineage& lineage, const Account& life, Instant now);

  /// The days on which anything of it was deleted, ascending.
  std::vector<Instant> days();
  /// What was deleted on one day, in the folders where it stood.
  Gathering of_day(Instant day);

 private:
  [[nodiscard]] bool has_ended() const { return life_.until != kForever && life_.until <= now_; }
  bool adds_any(const std::vector<Version>& versions);
  void add(const std::vector<Version>& versions, Remains& remains, std::optional<Instant> stood,
           GatheringBuilder& builder);

  View& view_;
  const Account life_;
  const Instant now_;
  Remains remains_;    // Where what was deleted before the end of the life could be.
  Remains inherited_;  // Where what was there at its end could be.
};

}  // namespace yestermail
