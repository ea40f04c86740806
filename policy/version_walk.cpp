// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/version_walk.h"

namespace yestermail {

void for_each_version(View& view, AccountNumber account, const std::function<void(const Version&)>& take,
                      std::size_t page) {
  Instant from;
  for (auto limit = page;;) {
    const auto happenings = view.happenings(account, from, kForever, limit);
    const bool last = happenings.size() < limit;
    // A full page may end amid what happened at one instant: that is left to the next page, as a whole.
    const auto end = last ? kForever : happenings.back().at;
    if (!last && happenings.front().at == end) {
      limit *= 2;  // All of it is of one instant.
      continue;
    }
    for (const auto& happening : happenings) {
      if (!happening.ended && happening.at < end) take(happening.version);
    }
    if (last) return;
    from = end;
    limit = page;
  }
}

}  // namespace yestermail
