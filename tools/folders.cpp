// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/folders.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/error.h"
#include "base/maildir_name.h"
#include "fs/folder_names.h"
#include "fs/past.h"
#include "tools/accounts.h"

namespace yestermail {
namespace {

constexpr std::string_view kInbox = FolderTree::kInbox;

void collect(const FolderTree& tree, std::size_t index, const std::string& path, std::vector<MailFolder>& to) {
  for (const auto child : tree.at(index).children) {
    const auto& folder = tree.at(child);
    const auto child_path = path.empty() ? folder.name : path + "/" + folder.name;
    if (folder.item != kNoItem) to.push_back({child_path, folder.item});
    collect(tree, child, child_path, to);
  }
}

/// The directory that bears this name on disk.
std::optional<ItemId> directory_named(View& view, AccountNumber account, std::string_view name, Instant at) {
  ItemId directory = kRootItem;
  for (const auto& part : split_path(name == "." ? std::string_view() : name)) {
    const auto found = view.lookup(account, directory, part, at);
    if (!found || found->state.kind != EntryKind::kDirectory) return std::nullopt;
    directory = found->item;
  }
  return directory;
}

}  // namespace

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('/'));
    if (!part.empty()) parts.emplace_back(part);
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
  return parts;
}

std::vector<MailFolder> folders_at(View& view, const Clock& clock, const Account& account, Instant at) {
  Past past(view, clock);
  std::vector<MailFolder> folders;
  collect(*past.folders(account, past.moment(at)), FolderTree::kTop, {}, folders);
  std::sort(folders.begin(), folders.end(), [](const MailFolder& a, const MailFolder& b) {
    if ((a.path == kInbox) != (b.path == kInbox)) return a.path == kInbox;
    return a.path < b.path;
  });
  return folders;
}

std::string directory_of(View& view, AccountNumber account, ItemId directory, Instant at) {
  std::string path;
  while (directory != kRootItem && directory != kNoItem) {
    const auto version = view.item_at(account, directory, at);
    if (!version) break;
    path = path.empty() ? version->state.name : version->state.name + "/" + path;
    directory = version->state.parent;
  }
  return path;
}

MailFolder folder_named(View& view, const Clock& clock, const Account& account, std::string_view name, Instant at) {
  const auto folders = folders_at(view, clock, account, at);
  for (const auto& folder : folders) {
    if (folder.path == name || (folder.path == kInbox && same_letters(name, kInbox))) return folder;
  }
  for (const auto& folder : folders) {
    if (printable(folder.path) == name) return folder;
  }
  if (const auto item = directory_named(view, account.number, name, at)) {
    for (const auto& folder : folders) {
      if (folder.item == *item) return folder;
    }
    return {std::string(name), *item};
  }
  for (const auto& folder : folders) {
    if (printable(directory_of(view, account.number, folder.item, at)) == name) return folder;
  }
  throw Error(Errc::kNotFound, "no folder \"" + printable(name) + "\" in " + printable(account.name) + " " +
                                   at_text(at) + ": \"yestermail list " + printable(account.name) + "\" shows them");
}

std::vector<ItemId> message_directories(View& view, AccountNumber account, ItemId folder, Instant at) {
  std::vector<ItemId> directories;
  for (const auto* name : {"cur", "new"}) {
    const auto found = view.lookup(account, folder, name, at);
    if (found && found->state.kind == EntryKind::kDirectory) directories.push_back(found->item);
  }
  return directories;
}

std::string readable_path(std::string_view layout, const std::vector<std::string>& directories) {
  std::string path;
  for (const auto& directory : directories) {
    auto levels = layout == "fs" ? std::vector<std::string>() : maildir_folder_path(directory);
    if (levels.empty()) levels.push_back(directory);
    for (const auto& level : levels) {
      path += (path.empty() ? "" : "/") + readable_folder_names({level}, {}).front();
    }
  }
  return path.empty() ? std::string(kInbox) : path;
}

std::string FolderNamer::path_of(ItemId directory, Instant at) {
  const auto known = known_.find(directory);
  const auto lasts = [&](Instant until) { return at < until || until == kForever; };
  if (known != known_.end() && known->second.since <= at && lasts(known->second.until)) return known->second.path;
  return (known_[directory] = find_out(directory, at)).path;
}

FolderNamer::Known FolderNamer::find_out(ItemId directory, Instant at) {
  Known known{{}, Instant{0}, kForever};
  std::vector<std::string> names;
  bool innermost = true;
  while (directory != kRootItem && directory != kNoItem) {
    const auto version = view_.item_at(account_, directory, at);
    if (!version) break;
    known.since = std::max(known.since, version->since);
    known.until = std::min(known.until, version->until);
    if (!(innermost && is_folder_part(version->state.name))) names.push_back(version->state.name);
    innermost = false;
    directory = version->state.parent;
  }
  std::reverse(names.begin(), names.end());
  known.path = readable_path(layout_, names);
  return known;
}

}  // namespace yestermail
