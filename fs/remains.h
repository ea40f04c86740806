// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "fs/folder_finder.h"
#include "store/view.h"

namespace yestermail {

/// An account at an instant.
struct AccountAt {
  Account account;
  Instant at;
};

/// Tells what of an account is somewhere else too: by content for messages, by name for folders. One thread at a time.
class Remains {
 public:
  /// `places`: where to look; a folder is looked for in the last of them only.
  Remains(View& view, const Account& account, std::vector<AccountAt> places)
      : view_(view), finder_(view, account), places_(std::move(places)) {}

  /// For each of these messages of the account whether its content is there. Of an empty one that cannot be said.
  std::vector<bool> are_there(std::span<const Version> messages);
  /// The folder that a directory was at `at`, if it was one that is not there; nullopt otherwise.
  std::optional<FolderLine> missing_folder(const Version& directory, Instant at);

  FolderFinder& finder() { return finder_; }

 private:
  View& view_;
  FolderFinder finder_;
  const std::vector<AccountAt> places_;
};

/// Ids of the versions of all folders and their messages at an instant: of all directories of the account, and of the
/// entries of cur/ and new/.
std::vector<VersionId> all_entries(View& view, const Account& account, Instant at);

}  // namespace yestermail
