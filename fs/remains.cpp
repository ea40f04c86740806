// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/remains.h"

#include "base/maildir_name.h"
#include "fs/account_folders.h"

namespace yestermail {

std::vector<bool> Remains::are_there(std::span<const Version> messages) {
  std::vector<bool> there(messages.size(), false);
  for (const auto& place : places_) {
    std::vector<Digest> contents;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const auto& state = messages[i].state;
      if (there[i] || state.size == 0 || !state.digest) continue;
      contents.push_back(*state.digest);
      whose.push_back(i);
    }
    const auto found = view_.have_contents(place.account.number, contents, place.at);
    for (std::size_t i = 0; i < whose.size(); ++i) there[whose[i]] = found[i];
  }
  return there;
}

std::optional<FolderLine> Remains::missing_folder(const Version& directory, Instant at) {
  if (directory.item == kRootItem) return std::nullopt;
  auto line = finder_.folder(directory.item, at);
  if (!line || (!places_.empty() && finder_.stands(*line, places_.back().account, places_.back().at))) {
    return std::nullopt;
  }
  return line;
}

std::vector<VersionId> all_entries(View& view, const Account& account, Instant at) {
  std::vector<VersionId> all;
  const auto add_folder = [&](ItemId folder) {
    for (const auto& directory : view.list_kind(account.number, folder, at, EntryKind::kDirectory)) {
      if (!is_message_directory(directory.state.name)) {
        all.push_back(directory.id);
        continue;
      }
      const auto ids = view.list(account.number, directory.item, at);
      all.insert(all.end(), ids.begin(), ids.end());
    }
  };
  add_folder(kRootItem);
  for (const auto& folder : account_folders_at(view, account, at).paths) {
    if (!folder.levels.empty()) add_folder(folder.item);
  }
  return all;
}

}  // namespace yestermail
