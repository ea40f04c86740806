// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_round.h"

namespace yestermail {

void begin_check_round(CheckState& state, CheckLevel level, Instant now, bool goes_on) {
  auto& unfinished = state.unfinished;
  if (unfinished && unfinished->level > level) return;  // That one is not made up for.
  const bool same = goes_on && unfinished && unfinished->level == level;
  unfinished = UnfinishedCheck{same ? unfinished->since : now, level};
}

void end_check_round(CheckState& state, const CheckEnd& end, const std::function<bool(Instant)>& seen_since) {
  if (end.damaged) state.damage = {end.at, end.level, true};
  auto& unfinished = state.unfinished;
  if (!end.of_everything) return;
  auto since = end.at;
  if (end.stopped) {
    if (!unfinished || unfinished->level != end.level) return;
    unfinished->stopped = true;
    unfinished->left = end.left;
    since = unfinished->since;
    if (!seen_since(since)) return;
  }
  if (unfinished && unfinished->level <= end.level) unfinished.reset();
  const bool damaged = end.damaged || (state.damage && state.damage->at >= since);
  if (!damaged && state.damage && state.damage->level <= end.level) state.damage.reset();
  state.last = {end.at, end.level, damaged};
}

}  // namespace yestermail
