// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace yestermail {

/// A folder's directory and the raw names of its levels.
struct FolderPath {
  ItemId item;
  std::vector<std::string> levels;
};

/// One readable folder. A parent that has no directory of its own ("A" where only ".A.B" exists) is named by the lowest
/// item below it and by its depth, 1 for the top; a real one by its item and depth 0.
struct Folder {
  std::string name;
  ItemId item = kNoItem;  ///< where the messages are; kNoItem: none
  ItemId anchor = kNoItem;
  std::uint8_t depth = 0;
  std::size_t parent = 0;
  std::vector<std::size_t> children;  ///< ascending by (anchor, depth)
};

/// The readable folders of an account at an instant, from its directories alone. Pure; never changes once built.
class FolderTree {
 public:
  static constexpr std::size_t kTop = 0;  ///< the account itself: its children are the top folders
  static constexpr std::string_view kInbox = "INBOX";
  static constexpr std::string_view kHome = "@home";  ///< never a folder's name

  /// `has_inbox`: the root has messages of its own; their folder has item kRootItem.
  FolderTree(const std::vector<FolderPath>& folders, bool has_inbox);

  [[nodiscard]] const Folder& at(std::size_t index) const { return folders_[index]; }
  [[nodiscard]] std::optional<std::size_t> child(std::size_t parent, std::string_view name) const;
  /// The folder of a node id, also where meanwhile a parent got a directory or a lower child.
  [[nodiscard]] std::optional<std::size_t> find(ItemId anchor, std::uint8_t depth) const;
  [[nodiscard]] std::size_t size() const { return folders_.size(); }
  [[nodiscard]] std::size_t bytes() const;  ///< about what it takes in memory

 private:
  std::size_t add_level(std::size_t parent, const std::string& raw);
  void set_anchors();
  void set_names(const std::vector<std::string>& raw);

  std::vector<Folder> folders_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> by_raw_;  // Emptied when built.
  std::map<std::pair<std::size_t, std::string>, std::size_t, std::less<>> by_name_;
  std::map<ItemId, std::size_t> by_item_;
};

}  // namespace yestermail
