// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/restore_selection.h"

#include "base/error.h"
#include "base/maildir_name.h"
#include "tools/folders.h"
#include "tools/items.h"

namespace yestermail {
namespace {

RecordedFolder recorded(View& view, const Account& account, const MailFolder& folder, Instant at) {
  return {folder.path, directory_of(view, account.number, folder.item, at), folder.item};
}

std::optional<RestoreSelection> select_item(View& view, const Clock& clock, const Account& account,
                                            const std::string& rest, Instant at) {
  if (const auto item = item_of_tagged(rest)) {
    const auto version = item_tagged(view, account, *item, at);
    const auto directory = view.item_at(account.number, version.state.parent, at);
    FolderNamer namer(view, account.number, account.layout);
    const auto path = namer.path_of(version.state.parent, at);
    const bool among_messages = directory && is_folder_part(directory->state.name);
    const MailFolder folder{path, among_messages ? directory->state.parent : version.state.parent};
    return RestoreSelection{{recorded(view, account, folder, at)}, version};
  }
  const auto slash = rest.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto folder = folder_named(view, clock, account, rest.substr(0, slash), at);
  return RestoreSelection{{recorded(view, account, folder, at)},
                          item_named(view, account, folder, rest.substr(slash + 1), at)};
}

}  // namespace

RestoreSelection select_to_restore(View& view, const Clock& clock, const Account& account, const std::string& rest,
                                   Instant at) {
  RestoreSelection selection;
  std::string top;
  try {
    if (!rest.empty()) top = folder_named(view, clock, account, rest, at).path;
  } catch (const Error& error) {
    if (error.code() != Errc::kNotFound) throw;
    if (auto item = select_item(view, clock, account, rest, at)) return *item;
    throw;
  }
  for (const auto& folder : folders_at(view, clock, account, at)) {
    if (!top.empty() && folder.path != top && !folder.path.starts_with(top + "/")) continue;
    selection.folders.push_back(recorded(view, account, folder, at));
  }
  return selection;
}

}  // namespace yestermail
