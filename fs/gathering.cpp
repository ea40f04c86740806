// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/gathering.h"

#include <algorithm>

namespace yestermail {

std::size_t Gathering::bytes() const {
  constexpr std::size_t kNodeOverhead = 64;
  auto total = sizeof *this + folders.bytes();
  for (const auto& [folder, items] : directories) total += kNodeOverhead + items.size() * sizeof(ItemId);
  for (const auto& [folder, ids] : messages) total += kNodeOverhead + ids.bytes();
  return total;
}

GatheringBuilder::Group& GatheringBuilder::group_of(const FolderPath& folder) {
  return groups_[placed_.try_emplace(folder.item, folder.levels).first->second];
}

void GatheringBuilder::add_folder(const FolderLine& line) {
  for (const auto& folder : line) {
    auto& directories = group_of(folder).directories;
    if (std::find(directories.begin(), directories.end(), folder.item) == directories.end()) {
      directories.push_back(folder.item);
    }
  }
}

void GatheringBuilder::add_message(const FolderLine& line, VersionId message) {
  add_folder(line);
  group_of(line.back()).messages.push_back(message);
}

Gathering GatheringBuilder::build() const {
  Gathering made;
  std::vector<FolderPath> paths;
  for (const auto& [levels, group] : groups_) {
    // One folder stands for all of that name: the oldest, whatever else is found.
    const auto item = *std::min_element(group.directories.begin(), group.directories.end());
    paths.push_back({item, levels});
    made.directories.emplace(item, group.directories);
    auto ids = group.messages;
    std::sort(ids.begin(), ids.end());
    made.messages.emplace(item, IdList(ids));
  }
  made.folders = FolderTree(paths, groups_.count({}) != 0);
  return made;
}

}  // namespace yestermail
