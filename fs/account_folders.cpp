// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/account_folders.h"

#include "base/maildir_name.h"
#include "fs/folder_names.h"

namespace yestermail {
namespace {

constexpr std::size_t kMostFolders = 100'000;
constexpr std::string_view kNested = "fs";

bool is_extra_directory(std::string_view name) { return name == "@home" || name == "@control"; }

AccountFolders maildir_folders(const DirectoryLister& directories) {
  AccountFolders found;
  for (const auto& entry : directories(kRootItem)) {
    found.has_inbox = found.has_inbox || is_message_directory(entry.state.name);
    if (found.paths.size() < kMostFolders) found.paths.push_back({entry.item, maildir_folder_path(entry.state.name)});
  }
  return found;
}

AccountFolders nested_folders(const DirectoryLister& directories) {
  AccountFolders found{{{kRootItem, {}}}, false};
  for (std::size_t i = 0; i < found.paths.size(); ++i) {
    const auto parent = found.paths[i];
    for (const auto& entry : directories(parent.item)) {
      const bool in_root = parent.item == kRootItem;
      if (is_folder_part(entry.state.name)) {
        found.has_inbox = found.has_inbox || (in_root && entry.state.name != "tmp");
        continue;
      }
      if ((in_root && is_extra_directory(entry.state.name)) || found.paths.size() > kMostFolders) continue;
      auto levels = parent.levels;
      levels.push_back(entry.state.name);
      found.paths.push_back({entry.item, std::move(levels)});
    }
  }
  return found;
}

}  // namespace

AccountFolders account_folders(std::string_view layout, const DirectoryLister& directories) {
  return layout == kNested ? nested_folders(directories) : maildir_folders(directories);
}

AccountFolders account_folders_at(View& view, const Account& account, Instant at) {
  return account_folders(account.layout, [&](ItemId directory) {
    return view.list_kind(account.number, directory, at, EntryKind::kDirectory);
  });
}

std::vector<std::string> folder_levels(std::string_view layout, const std::vector<std::string>& names) {
  if (layout != kNested) return names.size() == 1 ? maildir_folder_path(names.front()) : std::vector<std::string>{};
  for (const auto& name : names) {
    if (is_folder_part(name)) return {};
  }
  return names.empty() || is_extra_directory(names.front()) ? std::vector<std::string>{} : names;
}

std::vector<std::string> directory_names(std::string_view layout, const std::vector<std::string>& levels) {
  if (layout == kNested || levels.empty()) return levels;
  std::string name;
  for (const auto& level : levels) name.append(".").append(level);
  return {name};
}

}  // namespace yestermail
