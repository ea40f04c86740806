// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fs/folder_tree.h"
#include "fs/id_list.h"

namespace yestermail {

/// Messages of one account that were gathered for one reason, in the folders where they stood. Folders that had the
/// same name one after the other are one here. Never changes once built.
struct Gathering {
  FolderTree folders{{}, false};
  /// Of a folder of the tree: the directories that are it, and its messages.
  std::map<ItemId, std::vector<ItemId>> directories;
  std::map<ItemId, IdList> messages;

  [[nodiscard]] std::size_t bytes() const;  ///< about what it takes in memory
};

/// A folder below those that lead to it, each with a directory of its own: only itself in a Maildir++. INBOX has no
/// levels.
using FolderLine = std::vector<FolderPath>;

/// Makes one. A directory is one folder: where it is found under another name later on, it stays under the first. One
/// thread at a time.
class GatheringBuilder {
 public:
  /// A folder, also where nothing else is in it.
  void add_folder(const FolderLine& line);
  void add_message(const FolderLine& line, VersionId message);
  [[nodiscard]] bool is_empty() const { return groups_.empty(); }
  [[nodiscard]] Gathering build() const;

 private:
  struct Group {
    std::vector<ItemId> directories;
    std::vector<VersionId> messages;
  };
  Group& group_of(const FolderPath& folder);

  std::map<std::vector<std::string>, Group> groups_;
  std::map<ItemId, std::vector<std::string>> placed_;
};

}  // namespace yestermail
