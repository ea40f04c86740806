// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fs/folder_tree.h"
#include "store/view.h"

namespace yestermail {

/// An account's directories as folders.
struct AccountFolders {
  std::vector<FolderPath> paths;  ///< parents before what is below them; the root, and what is no folder, has no levels
  bool has_inbox = false;         ///< the root has messages of its own
};

/// The directories in a directory.
using DirectoryLister = std::function<std::vector<Version>(ItemId directory)>;

/// Reads an account of this layout ("maildir++" or "fs"), as a lister shows it: of one instant, or of all times. At
/// most 100,000 folders.
AccountFolders account_folders(std::string_view layout, const DirectoryLister& directories);
/// As it was at an instant.
AccountFolders account_folders_at(View& view, const Account& account, Instant at);

/// The levels of a folder's directory from the names of the directories that lead to it, below the root; none where it
/// is no folder.
std::vector<std::string> folder_levels(std::string_view layout, const std::vector<std::string>& names);
/// The other way round.
std::vector<std::string> directory_names(std::string_view layout, const std::vector<std::string>& levels);

}  // namespace yestermail
