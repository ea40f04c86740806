// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/restore_target.h"

#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "fs/item_names.h"
#include "restore/eml_tree.h"
#include "restore/mailbox.h"
#include "scanner/account_source.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

/// Whose the mailbox was. Files of another user can be made by root alone.
FileOwner recorded_owner(View& view, const Account& account, Instant at) {
  FileOwner owner{::geteuid(), ::getegid(), 0700};
  const auto root = view.item_at(account.number, kRootItem, at);
  if (root && ::geteuid() == 0) owner = {root->state.uid, root->state.gid, root->state.mode};
  return owner;
}

/// `below` a directory, each level made where `make` and it is not there; nullopt: it is not there.
std::optional<HeldDirectory> walk(const HeldDirectory& anchor, std::string below, const FileOwner& owner, bool make) {
  auto at = anchor.child(".");
  while (at && !below.empty()) {
    const auto level = below.substr(0, below.find('/'));
    below.erase(0, level.size() + 1);
    if (level.empty()) continue;
    auto next = at->child(level);
    at = next || !make ? std::move(next) : at->make_child(level, owner);
  }
  return at;
}

std::optional<HeldDirectory> open_named(const std::string& path, const FileOwner& owner, bool make) {
  const std::filesystem::path whole(absolute_path(path));
  if (std::filesystem::is_directory(whole)) return HeldDirectory::open(whole);
  return walk(HeldDirectory::open(whole.parent_path()), whole.filename(), owner, make);
}

void check_owner(const std::optional<HeldDirectory>& root) {
  if (!root || ::geteuid() == 0 || root->owner().uid == ::geteuid()) return;
  throw Error(Errc::kFailed, printable(root->path()) + ": belongs to another user: restore as that user or as root");
}

std::optional<AccountSource> source_of(const StoreSettings& settings, const Account& account) {
  std::optional<AccountSource> any;
  for (const auto& text : settings.sources) {
    auto found = account_in(SourceSpec(text), account.name);
    if (!found) continue;
    if (found->source == account.source) return found;
    if (!any) any = std::move(found);
  }
  return any;
}

}  // namespace

std::unique_ptr<Destination> open_live_mailbox(View& view, const StoreSettings& settings, const Account& account,
                                               Instant at, bool dry_run) {
  const auto source = source_of(settings, account);
  const auto name = printable(account.name);
  if (!source) {
    throw Error(Errc::kNotFound,
                "no source of the store gives the account " + name + " any more: restore with --to DIR");
  }
  if (source->layout != account.layout) {
    throw Error(Errc::kFailed, "the mailbox of " + name + " had the layout " + printable(account.layout) +
                                   " then, and has " + printable(source->layout) + " now: restore with --to DIR");
  }
  const auto owner = recorded_owner(view, account, at);
  auto root = walk(HeldDirectory::open(source->mail.anchor), source->mail.below, owner, !dry_run);
  check_owner(root);
  std::optional<HeldDirectory> control;
  if (source->control) {
    control = walk(HeldDirectory::open(source->control->anchor), source->control->below, owner, !dry_run);
  }
  return std::make_unique<Mailbox>(std::move(root), std::move(control), account.layout);
}

std::unique_ptr<Destination> open_mailbox_in(View& view, const std::string& path, const Account& account, Instant at,
                                             bool dry_run) {
  auto root = open_named(path, recorded_owner(view, account, at), !dry_run);
  check_owner(root);
  return std::make_unique<Mailbox>(std::move(root), std::nullopt, account.layout);
}

std::unique_ptr<Destination> open_eml_tree(const std::string& path, bool flat, bool dry_run) {
  auto root = open_named(path, {::geteuid(), ::getegid(), 0700}, !dry_run);
  check_owner(root);
  return std::make_unique<EmlTree>(std::move(root), message_name, flat);
}

}  // namespace yestermail
