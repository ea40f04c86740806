// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/gap_list.h"

#include <algorithm>

namespace yestermail {

GapList::Id GapList::open(GapReason reason, const std::string& text, Instant from) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, gap] : gaps_) {
    if (gap.reason != reason || gap.text != text) continue;
    gap.from = std::min(gap.from, from);
    return id;
  }
  gaps_.emplace(++last_id_, Gap{from, kForever, reason, text});
  return last_id_;
}

void GapList::close(const std::vector<Id>& ids, Recorder& recorder) {
  for (const auto id : ids) {
    Gap gap;
    {
      const std::lock_guard lock(mutex_);
      const auto found = gaps_.find(id);
      if (found == gaps_.end()) continue;
      gap = found->second;
    }
    // A clock that was set back must not make a gap that ends before it begins.
    gap.until = std::max(clock_.now(), Instant{gap.from.value + 1});
    recorder.record_gap(kServerAccount, gap);
    const std::lock_guard lock(mutex_);
    gaps_.erase(id);
  }
}

std::vector<GapList::Id> GapList::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Id> ids;
  for (const auto& [id, gap] : gaps_) ids.push_back(id);
  return ids;
}

std::vector<std::string> GapList::texts() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> texts;
  for (const auto& [id, gap] : gaps_) texts.push_back(gap.text);
  return texts;
}

std::optional<Instant> GapList::first() const {
  const std::lock_guard lock(mutex_);
  std::optional<Instant> first;
  for (const auto& [id, gap] : gaps_) first = first ? std::min(*first, gap.from) : gap.from;
  return first;
}

}  // namespace yestermail
