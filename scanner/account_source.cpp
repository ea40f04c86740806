// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/account_source.h"

#include <algorithm>

#include "base/error.h"
#include "base/maildir_name.h"
#include "scanner/listing.h"

namespace yestermail {
namespace {

TreePlace place_of(const std::string& anchor, const std::string& path) {
  return {anchor, path.substr(anchor == "/" ? 1 : anchor.size() + 1)};
}

AccountSource account_of(const SourceSpec& spec, const SourceVariables& variables) {
  AccountSource account;
  account.name = spec.account_name(variables);
  account.layout = spec.layout();
  account.source = spec.for_account(variables);
  const auto anchor = spec.mail().fixed_part();
  account.mail = place_of(anchor, *spec.mail().expand(variables));
  if (const auto home = spec.home(variables)) account.home = place_of(anchor, *home);
  const auto control = spec.control() ? spec.control()->expand(variables) : std::nullopt;
  if (control) account.control = place_of(spec.control()->fixed_part(), *control);
  return account;
}

bool is_directory(int fd, const Listing::Entry& entry) {
  if (entry.kind_known) return entry.kind == FileStat::Kind::kDirectory;
  const auto stat = stat_at(fd, std::string(entry.name));
  return stat && stat->kind == FileStat::Kind::kDirectory;
}

/// An empty directory where a mail tree belongs is one that no mail has come to yet.
bool is_mail_tree(int fd, const Listing& listing, const std::string& layout) {
  if (listing.entries().empty()) return true;
  for (const auto& entry : listing.entries()) {
    if (entry.name == "subscriptions" || entry.name.starts_with("dovecot")) return true;
    if (!is_folder_part(entry.name) && !entry.name.starts_with('.') && layout != "fs") continue;
    if (!is_directory(fd, entry)) continue;
    if (layout != "fs" || is_message_directory(entry.name)) return true;
    const auto below = std::string(entry.name);
    if (stat_at(fd, below + "/cur") || stat_at(fd, below + "/new")) return true;
  }
  return false;
}

/// Walks a template down the disk. Depth is the number of its components, so recursion is bounded.
class TemplateWalk {
 public:
  TemplateWalk(const SourceSpec& spec, FoundAccounts& found) : spec_(spec), found_(found) {}

  void walk(int anchor, const std::string& below, std::size_t component, const SourceVariables& variables) {
    auto opened = open_directory_beneath(anchor, below);
    if (const auto* denial = std::get_if<Denial>(&opened)) {
      if (denial->kind != Denial::Kind::kGone) fail(below, denial->why);
      return;
    }
    const int fd = std::get<Opened>(opened).fd.get();
    const auto& components = spec_.mail().components();
    if (component < components.size() && !PathTemplate::has_variable(components[component])) {
      return walk_literal(anchor, fd, below, component, variables);
    }
    const auto listing = Listing::read(fd);
    if (listing.error() != 0) return fail(below, "cannot be listed");
    if (component == components.size()) {
      if (!is_mail_tree(fd, listing, spec_.layout())) return;
      found_.accounts.push_back(account_of(spec_, variables));
      found_.any_mail = found_.any_mail || !listing.entries().empty();
      return;
    }
    for (const auto& entry : listing.entries()) {
      if (entry.name.starts_with('.')) continue;
      const auto matched = PathTemplate::match(components[component], entry.name, variables);
      if (!matched) continue;
      if (entry.kind_known && entry.kind == FileStat::Kind::kSymlink) {
        fail(path_in(below, entry.name), "a symbolic link, which is never followed");
      } else if (is_directory(fd, entry)) {
        walk(anchor, path_in(below, entry.name), component + 1, *matched);
      }
    }
  }

 private:
  /// Looks for the name itself: what is no directory there is no account, and no failure.
  void walk_literal(int anchor, int fd, const std::string& below, std::size_t component,
                    const SourceVariables& variables) {
    const auto name = spec_.mail().components()[component].front().text;
    const auto stat = stat_at(fd, name);
    if (!stat) found_.last_missing = true;
    if (!stat || stat->kind == FileStat::Kind::kRegular) return;
    walk(anchor, path_in(below, name), component + 1, variables);
  }

  void fail(const std::string& below, const std::string& why) {
    found_.failures.push_back(printable(path_in(spec_.mail().fixed_part(), below)) + ": " + why);
  }

  const SourceSpec& spec_;
  FoundAccounts& found_;
};

}  // namespace

std::string path_in(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : directory + "/" + std::string(name);
}

FoundAccounts find_accounts(const SourceSpec& spec) {
  FoundAccounts found;
  const auto anchor = spec.mail().fixed_part();
  auto opened = open_named_directory(anchor);
  if (const auto* denial = std::get_if<Denial>(&opened)) {
    found.missing = denial->kind == Denial::Kind::kGone;
    found.failures.push_back(printable(anchor) + ": " + (found.missing ? "there is no such directory" : denial->why));
    return found;
  }
  found.anchor_opened = true;
  TemplateWalk(spec, found).walk(std::get<Opened>(opened).fd.get(), "", spec.mail().fixed_components(), {});
  std::ranges::sort(found.accounts, {}, &AccountSource::name);
  return found;
}

std::optional<AccountSource> account_in(const SourceSpec& spec, std::string_view name) {
  const auto variables = spec.variables_of(name);
  if (!variables) return std::nullopt;
  return account_of(spec, *variables);
}

OpenResult open_place(const TreePlace& place) {
  auto anchor = open_named_directory(place.anchor);
  if (std::holds_alternative<Denial>(anchor)) return anchor;
  return open_directory_beneath(std::get<Opened>(anchor).fd.get(), place.below);
}

Absence confirm_absence(const AccountSource& account, std::optional<std::uint64_t> remembered_parent_inode) {
  auto opened = open_named_directory(account.mail.anchor);
  if (const auto* denial = std::get_if<Denial>(&opened)) {
    return {Absence::Kind::kDoubtful, printable(account.mail.anchor) + ": " + denial->why};
  }
  std::string path = account.mail.anchor;
  std::string_view rest = account.mail.below;
  for (;;) {
    const auto name = std::string(rest.substr(0, rest.find('/')));
    const bool last = name.size() == rest.size();
    const auto& directory = std::get<Opened>(opened);
    const auto listing = Listing::read(directory.fd.get());
    if (listing.error() != 0) return {Absence::Kind::kDoubtful, printable(path) + ": cannot be listed"};
    auto next = open_directory_beneath(directory.fd.get(), name);
    if (const auto* denial = std::get_if<Denial>(&next)) {
      int error = 0;
      const bool gone =
          denial->kind == Denial::Kind::kGone && !stat_at(directory.fd.get(), name, &error) && error == ENOENT;
      if (!gone || listing.contains(name))
        return {Absence::Kind::kDoubtful, printable(path + "/" + name) + ": " + denial->why};
      const bool same_parent = last && remembered_parent_inode == directory.stat.inode;
      if (same_parent || !listing.entries().empty()) return {Absence::Kind::kGone, {}};
      return {Absence::Kind::kDoubtful,
              printable(path) + " is empty: is a file system not mounted there? The account was not ended"};
    }
    if (last) return {Absence::Kind::kThere, {}};
    path += "/" + name;
    rest.remove_prefix(name.size() + 1);
    opened = std::move(next);
  }
}

std::optional<std::uint64_t> parent_inode(const AccountSource& account) {
  const auto anchor = open_named_directory(account.mail.anchor);
  if (std::holds_alternative<Denial>(anchor)) return std::nullopt;
  const auto slash = account.mail.below.rfind('/');
  if (slash == std::string::npos) return std::get<Opened>(anchor).stat.inode;
  const auto stat = stat_at(std::get<Opened>(anchor).fd.get(), account.mail.below.substr(0, slash));
  if (!stat) return std::nullopt;
  return stat->inode;
}

}  // namespace yestermail
