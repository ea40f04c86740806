// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/folder_finder.h"

#include <algorithm>
#include <vector>

#include "base/maildir_name.h"
#include "fs/account_folders.h"

namespace yestermail {
namespace {

constexpr std::size_t kDeepest = 1000;  // Of directories in one another: a damaged chain may have no end.

}  // namespace

std::optional<Version> newest_by(View& view, AccountNumber account, ItemId item, Instant at) {
  if (auto version = view.item_at(account, item, at)) return version;
  auto all = view.history(account, item);
  while (!all.empty() && all.back().since > at) all.pop_back();
  if (all.empty()) return std::nullopt;
  return std::move(all.back());
}

std::optional<FolderLine> FolderFinder::folder(ItemId directory, Instant at) {
  if (directory == kRootItem) return FolderLine{{kRootItem, {}}};
  std::vector<std::string> names;
  std::vector<ItemId> items;
  for (auto item = directory; item != kRootItem;) {
    const auto version = newest_by(view_, account_.number, item, at);
    if (!version || version->state.kind != EntryKind::kDirectory || names.size() == kDeepest) return std::nullopt;
    items.push_back(item);
    names.push_back(version->state.name);
    item = version->state.parent;
  }
  std::reverse(names.begin(), names.end());
  std::reverse(items.begin(), items.end());
  auto levels = folder_levels(account_.layout, names);
  if (levels.empty()) return std::nullopt;
  if (items.size() == 1) return FolderLine{{directory, std::move(levels)}};
  FolderLine line;
  for (std::size_t i = 0; i < items.size(); ++i) {
    line.push_back({items[i], {levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(i) + 1}});
  }
  return line;
}

const std::optional<FolderLine>& FolderFinder::of_message(ItemId directory, Instant at) {
  const auto [found, is_new] = lines_.try_emplace(directory);
  if (is_new) {
    const auto version = newest_by(view_, account_.number, directory, at);
    if (version && is_message_directory(version->state.name)) found->second = folder(version->state.parent, at);
  }
  return found->second;
}

bool FolderFinder::stands(const FolderLine& line, const Account& account, Instant at) {
  auto directory = kRootItem;
  for (const auto& name : directory_names(account.layout, line.back().levels)) {
    const auto version = view_.lookup(account.number, directory, name, at);
    if (!version || version->state.kind != EntryKind::kDirectory) return false;
    directory = version->item;
  }
  return true;
}

}  // namespace yestermail
