// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_list.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/maildir_name.h"
#include "store/version_batches.h"
#include "tools/accounts.h"
#include "tools/items.h"
#include "tools/store_location.h"
#include "tools/text.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 5> kListOptions{{
    kStoreOption,
    kAtOption,
    {"long", 'l', "", "exact names, owners, modes and times to the second", false},
    {"files", 'f', "", "also the other files of a folder, as dovecot-keywords", false},
    kJsonOption,
}};

/// What a listing is of and how it is wanted.
struct Listing {
  View& view;
  const Clock& clock;
  Instant at;
  bool detailed;
  bool files;
  bool json;
  std::ostream& out;
};

void list_accounts(const Listing& listing) {
  const auto accounts = listing.view.accounts(listing.at);
  if (listing.json) {
    JsonArray array(listing.out);
    for (const auto& account : accounts) array.add({{"account", json_text(account.name)}});
    array.end();
    return;
  }
  for (const auto& account : accounts) listing.out << printable(account.name) << "\n";
}

struct FolderFigures {
  std::uint64_t messages = 0;
  std::uint64_t unread = 0;
  std::uint64_t bytes = 0;
};

FolderFigures folder_figures(const Listing& listing, AccountNumber account, const MailFolder& folder) {
  FolderFigures figures;
  for (const auto directory : message_directories(listing.view, account, folder.item, listing.at)) {
    for_each_entry(listing.view, account, directory, listing.at, [&](const Version& version) {
      if (version.state.kind != EntryKind::kMessage) return;
      ++figures.messages;
      figures.bytes += version.state.size;
      if (maildir_flags(version.state.name).find('S') == std::string_view::npos) ++figures.unread;
    });
  }
  return figures;
}

std::string directory_text(const Listing& listing, const Account& account, const MailFolder& folder) {
  const auto directory = directory_of(listing.view, account.number, folder.item, listing.at);
  return directory.empty() ? "." : printable(directory);
}

void list_folders(const Listing& listing, const Account& account) {
  const auto folders = folders_at(listing.view, listing.clock, account, listing.at);
  if (listing.json) {
    JsonArray array(listing.out);
    for (const auto& folder : folders) {
      const auto figures = folder_figures(listing, account.number, folder);
      array.add({{"account", json_text(account.name)},
                 {"folder", json_text(folder.path)},
                 {"directory", json_text(directory_of(listing.view, account.number, folder.item, listing.at))},
                 {"messages", figures.messages},
                 {"unread", figures.unread},
                 {"bytes", figures.bytes}});
    }
    array.end();
    return;
  }
  Table table(listing.detailed ? "lrrrl" : "lrrr");
  table.row({"FOLDER", "MESSAGES", "UNREAD", "SIZE"});
  for (const auto& folder : folders) {
    const auto figures = folder_figures(listing, account.number, folder);
    std::vector<std::string> cells{printable(folder.path), count_text(figures.messages), count_text(figures.unread),
                                   bytes_text(figures.bytes)};
    if (listing.detailed) cells.push_back(directory_text(listing, account, folder));
    table.row(std::move(cells));
  }
  table.print(listing.out);
}

/// What is shown of a folder, in the order of the dates. Only numbers are kept, since a folder may hold a million
/// items.
std::vector<VersionId> items_by_date(const Listing& listing, AccountNumber account, const MailFolder& folder) {
  auto directories = message_directories(listing.view, account, folder.item, listing.at);
  if (listing.files) directories.push_back(folder.item);
  std::vector<std::pair<std::int64_t, VersionId>> found;
  for (const auto directory : directories) {
    for_each_entry(listing.view, account, directory, listing.at, [&](const Version& version) {
      const auto kind = version.state.kind;
      if (kind == EntryKind::kMessage || (listing.files && kind == EntryKind::kFile)) {
        found.emplace_back(version.state.mtime_ns, version.id);
      }
    });
  }
  std::sort(found.begin(), found.end());
  std::vector<VersionId> ids;
  ids.reserve(found.size());
  for (const auto& [date, id] : found) ids.push_back(id);
  return ids;
}

std::string item_line(const Listing& listing, const Version& version) {
  const auto& state = version.state;
  auto date = time_text(Instant{state.mtime_ns / 1000});
  if (!listing.detailed) date.resize(date.size() - 3);
  auto size = bytes_text(state.size);
  size.insert(0, size.size() < 8 ? 8 - size.size() : 0, ' ');
  auto line = date + "  " + padded(printable(maildir_flags(state.name)), 5) + "  " + size + "  " +
              padded(tagged(version.item), 6) + "  ";
  if (listing.detailed) {
    std::array<char, 64> owner{};
    std::snprintf(owner.data(), owner.size(), "%04o %u:%u  ", state.mode, state.uid, state.gid);
    return line + owner.data() + printable(state.name);
  }
  if (state.kind != EntryKind::kMessage) return line + printable(state.name);
  return line + padded(shortened(state.sender, 24), 24) + "  " + printable(state.subject);
}

void list_items(const Listing& listing, const Account& account, const MailFolder& folder) {
  const auto ids = items_by_date(listing, account.number, folder);
  JsonArray array(listing.out);
  in_batches(listing.view, account.number, ids, [&](const auto& versions) {
    for (const auto& version : versions) {
      if (listing.json) {
        array.add(item_json(version));
      } else {
        listing.out << item_line(listing, version) << "\n";
      }
    }
  });
  if (listing.json) array.end();
}

int run_list(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(1);
  const auto at = at_option(arguments, env);
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store_path(arguments, env));
  const Listing listing{*view,  env.clock, at, arguments.has("long"), arguments.has("files"), arguments.has("json"),
                        env.out};
  if (arguments.words().empty()) {
    list_accounts(listing);
    return 0;
  }
  const auto path = split_account_path(arguments.words().front());
  const auto account = account_at(*view, path.account, at);
  if (path.rest.empty()) {
    list_folders(listing, account);
  } else {
    list_items(listing, account, folder_named(*view, env.clock, account, path.rest, at));
  }
  return 0;
}

}  // namespace

const Command kListCommand{
    "list",
    "list accounts, the folders of one, or the items of a folder",
    "[ACCOUNT[/FOLDER]] [--at INSTANT] [--long] [--json]",
    "Without an argument it lists the accounts; with an account its folders; with a "
    "folder its messages: date (UTC), flags, size, tag, sender, subject. FOLDER is "
    "written as people know it (Projects/R&D) or as on disk (.Projects.R&-D).",
    kListOptions,
    run_list,
};

}  // namespace yestermail
