// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/view_table.h"

#include <algorithm>

#include "base/error.h"

namespace yestermail {

ViewTable::ViewTable(std::size_t capacity) : capacity_(std::clamp<std::size_t>(capacity, 3, 65536)) {
  for (const auto container : {Container::kTop, Container::kMaildir}) {
    const TimeView latest{container, "latest", kForever};
    numbers_.emplace(Key{container, latest.spelling, latest.at.value}, static_cast<std::uint16_t>(rows_.size()));
    rows_.push_back({latest, 1, 0, 1});
  }
}

std::uint16_t ViewTable::number(const TimeView& view) {
  const std::lock_guard lock(mutex_);
  Key key{view.container, view.spelling, view.at.value};
  auto found = numbers_.find(key);
  if (found == numbers_.end()) {
    const auto row = free_row();
    rows_[row].view = view;
    found = numbers_.emplace(std::move(key), static_cast<std::uint16_t>(row)).first;
  }
  rows_[found->second].last_used = ++uses_;
  return found->second;
}

std::size_t ViewTable::free_row() {
  if (rows_.size() < capacity_) {
    rows_.emplace_back();
    return rows_.size() - 1;
  }
  std::size_t oldest = 0;
  for (std::size_t i = 2; i < rows_.size(); ++i) {
    if (rows_[i].references != 0) continue;
    if (oldest == 0 || rows_[i].last_used < rows_[oldest].last_used) oldest = i;
  }
  if (oldest == 0) {
    throw Error(Errc::kFailed, "too many instants are in use at once in this mount: " + std::to_string(capacity_) +
                                   "; drop the kernel's cache or mount anew");
  }
  auto& row = rows_[oldest];
  numbers_.erase(Key{row.view.container, row.view.spelling, row.view.at.value});
  ++row.generation;
  return oldest;
}

std::optional<TimeView> ViewTable::find(std::uint16_t number) const {
  const std::lock_guard lock(mutex_);
  if (number >= rows_.size()) return std::nullopt;
  return rows_[number].view;
}

std::uint64_t ViewTable::generation(std::uint16_t number) const {
  const std::lock_guard lock(mutex_);
  return number < rows_.size() ? rows_[number].generation : 0;
}

void ViewTable::retain(std::uint16_t number, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  if (number >= 2 && number < rows_.size()) rows_[number].references += count;
}

void ViewTable::release(std::uint16_t number, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  if (number < 2 || number >= rows_.size()) return;
  auto& references = rows_[number].references;
  references -= std::min(references, count);
}

}  // namespace yestermail
