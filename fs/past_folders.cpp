// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/past_folders.h"

#include <algorithm>
#include <vector>

#include "base/maildir_name.h"
#include "fs/account_folders.h"

namespace yestermail {
namespace {

std::vector<Version> past_directories(View& view, AccountNumber account, ItemId in, Instant at) {
  return view.versions(account, view.last_versions(account, in, at, View::Among::kDirectories));
}

}  // namespace

Gathering past_folders(View& view, const Account& account, Instant at) {
  const auto found = account_folders(
      account.layout, [&](ItemId directory) { return past_directories(view, account.number, directory, at); });
  GatheringBuilder builder;
  if (found.has_inbox) builder.add_folder({{kRootItem, {}}});
  for (const auto& path : found.paths) {
    if (!path.levels.empty()) builder.add_folder({path});
  }
  return builder.build();
}

IdList past_messages(View& view, AccountNumber account, std::span<const ItemId> directories, Instant at) {
  std::vector<VersionId> all;
  for (const auto folder : directories) {
    for (const auto& directory : past_directories(view, account, folder, at)) {
      if (!is_message_directory(directory.state.name)) continue;
      const auto ids = view.last_versions(account, directory.item, at, View::Among::kAll);
      all.insert(all.end(), ids.begin(), ids.end());
    }
  }
  std::sort(all.begin(), all.end());
  return IdList(all);
}

}  // namespace yestermail
