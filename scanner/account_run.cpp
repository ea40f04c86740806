// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/account_run.h"

#include <algorithm>

#include "base/error.h"
#include "scanner/account_source.h"

namespace yestermail {

void AccountRun::distrust(const std::unordered_set<ItemId>& items) {
  for (auto& directory : directories) {
    if (items.contains(directory.item)) directory.clean = false;
  }
}

std::string AccountRun::shown(const ScannedDirectory& directory, std::string_view entry) const {
  std::string path;
  if (directory.tree == TreeKind::kHome) path = std::string(kHomeName) + "/";
  if (directory.tree == TreeKind::kControl) path = std::string(kControlTree) + "/";
  path += directory.path;
  if (!entry.empty() && !path.empty() && path.back() != '/') path += '/';
  path += entry;
  return printable(name) + ": " + (path.empty() ? "its mail directory" : printable(path));
}

std::string path_in(const ScannedDirectory& directory, std::string_view name) { return path_in(directory.path, name); }

const Version* find_named(const std::vector<Version>& sorted, std::string_view name) {
  const auto name_of = [](const Version& version) -> std::string_view { return version.state.name; };
  const auto found = std::ranges::lower_bound(sorted, name, {}, name_of);
  return found == sorted.end() || found->state.name != name ? nullptr : &*found;
}

std::optional<Put> next_version(const Version& before, EntryState state, Cause cause) {
  if (state == before.state) return std::nullopt;
  const bool same = same_body(before.state, state);
  if (before.state.digest != state.digest) {
    cause = Cause::kChanged;
  } else if (before.state.name == state.name && before.state.parent == state.parent) {
    cause = Cause::kTouched;
  }
  return Put{before.item, cause, std::move(state), same ? before.body : VersionId{}};
}

}  // namespace yestermail
