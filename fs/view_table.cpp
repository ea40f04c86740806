// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/view_table.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace yestermail {

ViewTable::ViewTable(std::size_t capacity) : capacity_(std::clamp<std::size_t>(capacity, kOwn + 1, 65536)) {
  const std::array<TimeView, kOwn> own{
      TimeView{Container::kTop, "latest", kForever}, TimeView{Container::kMaildir, "latest", kForever},
      TimeView{Container::kDeleted, "", kForever}, TimeView{Container::kHistory, "", kForever}};
  for (const auto& view : own) {
    numbers_.emplace(key(view), static_cast<std::uint16_t>(rows_.size()));
    rows_.push_back({view, 1, 0, 1});
  }
}

std::uint16_t ViewTable::number(const TimeView& view) {
  const std::lock_guard lock(mutex_);
  auto found = numbers_.find(key(view));
  if (found == numbers_.end()) {
    const auto row = free_row();
    rows_[row].view = view;
    found = numbers_.emplace(key(view), static_cast<std::uint16_t>(row)).first;
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
  for (std::size_t i = kOwn; i < rows_.size(); ++i) {
    if (rows_[i].references != 0) continue;
    if (oldest == 0 || rows_[i].last_used < rows_[oldest].last_used) oldest = i;
  }
  if (oldest == 0) {
    throw Error(Errc::kFailed, "too many instants are in use at once in this mount: " + std::to_string(capacity_) +
                                   "; drop the kernel's cache or mount anew");
  }
  auto& row = rows_[oldest];
  numbers_.erase(key(row.view));
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
  if (number >= kOwn && number < rows_.size()) rows_[number].references += count;
}

void ViewTable::release(std::uint16_t number, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  if (number < kOwn || number >= rows_.size()) return;
  auto& references = rows_[number].references;
  references -= std::min(references, count);
}

}  // namespace yestermail
