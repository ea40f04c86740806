// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/folder_tree.h"

#include <algorithm>
#include <set>

#include "fs/folder_names.h"

namespace yestermail {

FolderTree::FolderTree(const std::vector<FolderPath>& folders, bool has_inbox) {
  folders_.emplace_back();
  if (has_inbox) {
    Folder inbox;
    inbox.name = kInbox;
    inbox.item = kRootItem;
    folders_.push_back(inbox);
    folders_[kTop].children.push_back(1);
    by_name_.emplace(std::pair(kTop, std::string(kInbox)), 1);
    by_item_.emplace(kRootItem, 1);
  }
  for (const auto& folder : folders) {
    if (folder.levels.empty()) continue;
    std::size_t at = kTop;
    for (const auto& level : folder.levels) at = add_level(at, level);
    folders_[at].item = folder.item;
    by_item_.insert_or_assign(folder.item, at);
  }
  std::vector<std::string> raw(folders_.size());
  for (const auto& [key, index] : by_raw_) raw[index] = key.second;
  by_raw_.clear();
  set_anchors();
  set_names(raw);
}

std::size_t FolderTree::add_level(std::size_t parent, const std::string& raw) {
  const auto [found, is_new] = by_raw_.try_emplace(std::pair(parent, raw), folders_.size());
  if (is_new) {
    folders_.emplace_back();
    folders_.back().parent = parent;
    folders_[parent].children.push_back(found->second);
  }
  return found->second;
}

void FolderTree::set_anchors() {
  std::vector<ItemId> lowest(folders_.size(), kNoItem);
  // Children stand behind their parents, so backwards every folder knows its children's lowest.
  for (std::size_t i = folders_.size(); i-- > 1;) {
    auto& folder = folders_[i];
    const auto below = lowest[i];
    lowest[i] = folder.item == kNoItem || (below != kNoItem && below < folder.item) ? below : folder.item;
    folder.anchor = folder.item == kNoItem ? below : folder.item;
    auto& parents = lowest[folder.parent];
    if (parents == kNoItem || lowest[i] < parents) parents = lowest[i];
  }
  std::vector<std::uint8_t> depth(folders_.size(), 0);
  for (std::size_t i = 1; i < folders_.size(); ++i) {
    depth[i] = static_cast<std::uint8_t>(std::min<unsigned>(depth[folders_[i].parent] + 1U, 255U));
    if (folders_[i].item == kNoItem) folders_[i].depth = depth[i];
  }
  for (auto& folder : folders_) {
    std::sort(folder.children.begin(), folder.children.end(), [&](auto a, auto b) {
      return std::pair(folders_[a].anchor, folders_[a].depth) < std::pair(folders_[b].anchor, folders_[b].depth);
    });
  }
}

void FolderTree::set_names(const std::vector<std::string>& raw) {
  for (std::size_t parent = 0; parent < folders_.size(); ++parent) {
    std::set<std::string> taken;
    if (parent == kTop) taken = {std::string(kInbox), std::string(kHome)};
    std::vector<std::size_t> nameless;
    std::vector<std::string> raw_of_children;
    for (const auto child : folders_[parent].children) {
      if (folders_[child].item == kRootItem) continue;
      nameless.push_back(child);
      raw_of_children.push_back(raw[child]);
    }
    auto names = readable_folder_names(raw_of_children, taken);
    for (std::size_t i = 0; i < nameless.size(); ++i) {
      by_name_.emplace(std::pair(parent, names[i]), nameless[i]);
      folders_[nameless[i]].name = std::move(names[i]);
    }
  }
}

std::optional<std::size_t> FolderTree::child(std::size_t parent, std::string_view name) const {
  const auto found = by_name_.find(std::pair(parent, std::string(name)));
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::size_t> FolderTree::find(ItemId anchor, std::uint8_t depth) const {
  const auto found = by_item_.find(anchor);
  if (found == by_item_.end()) return std::nullopt;
  if (depth == 0) return found->second;
  std::vector<std::size_t> line{found->second};
  while (line.back() != kTop) line.push_back(folders_[line.back()].parent);
  if (depth >= line.size()) return std::nullopt;
  return line[line.size() - 1 - depth];
}

std::size_t FolderTree::bytes() const {
  std::size_t total = 0;
  for (const auto& folder : folders_) total += 2 * sizeof(Folder) + 3 * folder.name.size() + 200;
  return total;
}

}  // namespace yestermail
