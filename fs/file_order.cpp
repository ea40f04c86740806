// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/file_order.h"

#include <algorithm>

namespace yestermail {
namespace {

/// More than a folder of 50,000 mails; with their index 4 MiB.
constexpr std::size_t kMost = 65536;

}  // namespace

void FileOrder::told(const File& file) {
  if (files_.size() < kMost) {
    files_.push_back(file);
  } else {
    files_[end_ % kMost] = file;
  }
  ++end_;
}

const FileOrder::File* FileOrder::at(Place place) const {
  return place < end_ && end_ - place <= files_.size() ? &files_[place % kMost] : nullptr;
}

void FileOrder::index() {
  const auto oldest = end_ - files_.size();
  // What was overwritten is still in the index: made anew before it outgrows the ring by half.
  if (places_.size() + (end_ - std::max(indexed_, oldest)) > kMost + kMost / 2) {
    places_.clear();
    indexed_ = oldest;
  }
  for (indexed_ = std::max(indexed_, oldest); indexed_ < end_; ++indexed_) {
    places_.insert_or_assign(at(indexed_)->node.value, indexed_);
  }
}

std::optional<FileOrder::Place> FileOrder::find(NodeId file) {
  index();
  const auto found = places_.find(file.value);
  if (found == places_.end()) return std::nullopt;
  const auto* const there = at(found->second);
  if (there == nullptr || there->node != file) return std::nullopt;
  return found->second;
}

}  // namespace yestermail
