// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "restore/keyword_map.h"
#include "restore/target_folder.h"

namespace yestermail {

/// A folder that items are put into.
struct FolderPlace {
  std::string path;       ///< as people know it: INBOX, Projects/R&D
  std::string directory;  ///< from the mailbox's root as on the disk: "", ".Projects.R&-D"
  KeywordMap keywords;    ///< that it had, for a folder that is made anew
};

/// Where a restore goes: a mailbox or a directory tree. One thread.
class Destination {
 public:
  virtual ~Destination() = default;
  /// The folder, made if it is not there. In a dry run nothing is made: nullptr where it is not there.
  virtual std::unique_ptr<FolderStyle> open_folder(const FolderPlace& place, bool dry_run) = 0;
};

}  // namespace yestermail
