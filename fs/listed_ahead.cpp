// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/listed_ahead.h"

namespace yestermail {

void ListedAhead::clear() {
  rows_.clear();
  next_ = 0;
}

void ListedAhead::list(std::uint64_t cursor, const EntrySink& sink, const List& list) {
  if (cursor != after_) clear();  // Somebody has moved about in the directory.
  after_ = cursor;
  for (; next_ < rows_.size(); ++next_) {
    const auto& row = rows_[next_];
    if (!sink({row.name, row.node, row.cursor})) return;
    after_ = row.cursor;
  }
  list(after_, [&](const Entry& entry) {
    if (!sink(entry)) return false;
    after_ = entry.cursor;
    return true;
  });
}

void ListedAhead::fill(std::uint64_t cursor, std::size_t count, const List& list) {
  if (cursor != after_) clear();
  after_ = cursor;
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  if (rows_.size() >= count) return;
  list(rows_.empty() ? cursor : rows_.back().cursor, [&](const Entry& entry) {
    if (rows_.size() >= count) return false;
    rows_.push_back({std::string(entry.name), entry.node, entry.cursor});
    return true;
  });
}

}  // namespace yestermail
