// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/restore_target.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "fs/item_names.h"
#include "restore/eml_tree.h"
#include "restore/mailbox.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

/// Who makes what no account owns.
FileOwner own() { return {::geteuid(), ::getegid(), 0700}; }

/// Whose the mailbox was. Files of another user can be made by root alone.
FileOwner recorded_owner(View& view, const Account& account, Instant at) {
  FileOwner owner = own();
  const auto root = view.item_at(account.number, kRootItem, at);
  if (root && ::geteuid() == 0) owner = {root->state.uid, root->state.gid, root->state.mode};
  return owner;
}

/// What a directory above mailboxes is: like the one above it, since it is nobody's in particular.
FileOwner like(const HeldDirectory& above) {
  constexpr std::uint32_t kNotForAllToWrite = 0775;
  auto owner = above.owner();
  if (::geteuid() != 0) owner = {::geteuid(), ::getegid(), owner.mode};
  owner.mode = (owner.mode & kNotForAllToWrite) | 0700;
  return owner;
}

std::size_t levels_of(const std::string& below) { return 1 + static_cast<std::size_t>(std::ranges::count(below, '/')); }

/// `below` a directory, each level made where `make` and it is not there: the first `shared` ones like what is above
/// them, the others `owner`'s. nullopt: it is not there.
std::optional<HeldDirectory> walk(const HeldDirectory& anchor, std::string below, std::size_t shared,
                                  const FileOwner& owner, bool make) {
  auto at = anchor.child(".");
  for (std::size_t depth = 0; at && !below.empty(); ++depth) {
    const auto level = below.substr(0, below.find('/'));
    below.erase(0, level.size() + 1);
    if (level == "." || level == "..") {  // The name of an account may be anything.
      throw Error(Errc::kFailed, printable(at->path() + "/" + level) + ": no name of a directory");
    }
    if (level.empty()) continue;
    auto next = at->child(level);
    at = next || !make ? std::move(next) : at->make_child(level, depth < shared ? like(*at) : owner);
  }
  return at;
}

/// A directory that was named, made if its parent is there.
std::optional<HeldDirectory> open_named(const std::string& path, const FileOwner& owner, bool make) {
  const std::filesystem::path whole(absolute_path(path));
  if (std::filesystem::is_directory(whole)) return HeldDirectory::open(whole);
  return walk(HeldDirectory::open(whole.parent_path()), whole.filename(), 0, owner, make);
}

std::optional<HeldDirectory> open_place(const RestorePlace& place, const FileOwner& owner, bool make) {
  if (place.below.empty()) return open_named(place.directory, owner, make);
  const auto above = open_named(place.directory, own(), make);
  if (!above) return std::nullopt;
  return walk(*above, place.below, 0, owner, make);
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

/// The directories from the account's home on are its own.
std::size_t shared_levels(const AccountSource& source) {
  return levels_of(source.home ? source.home->below : source.mail.below) - 1;
}

}  // namespace

std::unique_ptr<Destination> open_live_mailbox(View& view, const StoreSettings& settings, const Account& account,
                                               Instant at, bool dry_run) {
  const auto source = source_of(settings, account);
  if (!source) {
    throw Error(Errc::kNotFound, "no source of the store gives the account " + printable(account.name) +
                                     " any more: restore with --to DIR");
  }
  return open_mailbox_of(view, *source, account, at, dry_run);
}

std::unique_ptr<Destination> open_mailbox_of(View& view, const AccountSource& source, const Account& account,
                                             Instant at, bool dry_run) {
  if (source.layout != account.layout) {
    throw Error(Errc::kFailed, "the mailbox of " + printable(account.name) + " had the layout " +
                                   printable(account.layout) + " then, and has " + printable(source.layout) +
                                   " now: restore with --to DIR");
  }
  const auto owner = recorded_owner(view, account, at);
  auto root = walk(HeldDirectory::open(source.mail.anchor), source.mail.below, shared_levels(source), owner, !dry_run);
  check_owner(root);
  std::optional<HeldDirectory> control;
  if (source.control) {
    const auto& place = *source.control;
    control = walk(HeldDirectory::open(place.anchor), place.below, levels_of(place.below) - 1, owner, !dry_run);
  }
  return std::make_unique<Mailbox>(std::move(root), std::move(control), account.layout);
}

std::unique_ptr<Destination> open_mailbox_in(View& view, const RestorePlace& place, const Account& account, Instant at,
                                             bool dry_run) {
  auto root = open_place(place, recorded_owner(view, account, at), !dry_run);
  check_owner(root);
  return std::make_unique<Mailbox>(std::move(root), std::nullopt, account.layout);
}

std::unique_ptr<Destination> open_eml_tree(const RestorePlace& place, bool flat, bool dry_run) {
  auto root = open_place(place, own(), !dry_run);
  check_owner(root);
  return std::make_unique<EmlTree>(std::move(root), message_name, flat);
}

}  // namespace yestermail
