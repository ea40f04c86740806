// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/file_order.h"

namespace yestermail {
namespace {

constexpr std::size_t kMost = 16384;
constexpr FileOrder::Place kNear = 4;  // Some read every name but a few.

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

bool FileOrder::is(Place place, AccountNumber account, VersionId body) const {
  const auto* const file = at(place);
  return file != nullptr && file->account == account && file->body == body;
}

std::optional<FileOrder::Place> FileOrder::find(AccountNumber account, VersionId body, Place expected,
                                                bool everywhere) const {
  for (auto place = expected; place < expected + kNear; ++place) {
    if (is(place, account, body)) return place;
  }
  if (!everywhere) return std::nullopt;
  for (auto left = files_.size(), place = static_cast<std::size_t>(end_); left > 0; --left) {
    if (is(--place, account, body)) return place;
  }
  return std::nullopt;
}

}  // namespace yestermail
