// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/erasure_plan.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "policy/holds.h"
#include "tools/accounts.h"
#include "tools/folders.h"
#include "tools/items.h"

namespace yestermail {
namespace {

ItemId find_erased_item(View& view, const Clock& clock, const Account& account, const std::string& rest, Instant at) {
  if (const auto item = item_of_tagged(rest)) {
    if (view.history(account.number, *item).empty()) {
      throw Error(Errc::kNotFound, printable(account.name) + " never had an item " + printable(rest));
    }
    return *item;
  }
  const auto slash = rest.rfind('/');
  if (slash == std::string::npos) {
    throw Error(Errc::kUsage, "\"" + printable(rest) + "\" names no folder: write ACCOUNT/FOLDER/ITEM");
  }
  const auto folder = folder_named(view, clock, account, rest.substr(0, slash), at);
  return item_named(view, account, folder, rest.substr(slash + 1), at).item;
}

/// All versions of the item, and the copies of a mail, whatever folder they are in.
Erasure erase_item(View& view, const Account& account, ItemId item) {
  Erasure erasure;
  FolderNamer namer(view, account.number, account.layout);
  std::set<VersionId> versions;
  std::set<Digest> contents;
  const auto take = [&](const Version& version) {
    if (!versions.insert(version.id).second || version.until != kForever) return;
    erasure.live.push_back(printable(account.name) + "/" + printable(namer.path_of(version.state.parent, kForever)) +
                           "/" + tagged(version.item));
  };
  for (const auto& version : view.history(account.number, item)) {
    if (version.state.kind != EntryKind::kMessage && version.state.kind != EntryKind::kFile) {
      throw Error(Errc::kUsage, "\"" + printable(version.state.name) + "\" is a directory: name an item");
    }
    take(version);
    // Other files are alike by chance: many are empty.
    if (version.state.kind == EntryKind::kMessage && version.state.digest) contents.insert(*version.state.digest);
  }
  for (const auto& content : contents) {
    for (const auto& copy : view.with_content(account.number, content)) {
      if (copy.state.kind == EntryKind::kMessage) take(copy);
    }
  }
  for (const auto& other : all_accounts(view)) {
    if (other.number == account.number) continue;
    const bool has = std::any_of(contents.begin(), contents.end(), [&](const Digest& content) {
      return !view.with_content(other.number, content).empty();
    });
    if (has) erasure.others.push_back(other.name);
  }
  erasure.requests.push_back({account.number, false, {versions.begin(), versions.end()}});
  return erasure;
}

Erasure erase_account(View& view, const std::string& name) {
  Erasure erasure;
  for (const auto& account : accounts_named(view, name)) {
    refuse_held(view, account.name);
    if (account.until == kForever) {
      erasure.living.push_back(account);
      erasure.live.push_back(printable(account.name));
    }
    erasure.requests.push_back({account.number, true, {}});
  }
  return erasure;
}

}  // namespace

Erasure plan_erasure(View& view, const Clock& clock, const std::string& what, Instant at) {
  const auto path = split_account_path(what);
  if (path.rest.empty()) return erase_account(view, path.account);
  const auto account = account_at(view, path.account, at);
  refuse_held(view, account.name);
  return erase_item(view, account, find_erased_item(view, clock, account, path.rest, at));
}

}  // namespace yestermail
