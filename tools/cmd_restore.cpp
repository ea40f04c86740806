// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_restore.h"

#include <array>
#include <optional>

#include "base/error.h"
#include "restore/restorer.h"
#include "tools/accounts.h"
#include "tools/items.h"
#include "tools/restore_report.h"
#include "tools/restore_target.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 6> kOptions{{
    kStoreOption,
    {"at", 'a', "INSTANT", "as it was at this time; must be given", false},
    {"to", 't', "DIR", "into this directory instead of the live mailbox", false},
    {"as", 0, "FORM", "of the directory: maildir (the default) or eml", false},
    {"dry-run", 'n', "", "show what would be restored, write nothing", false},
    kJsonOption,
}};

/// What was asked for, as it was then.
struct Selection {
  std::vector<RecordedFolder> folders;
  std::optional<Version> item;  ///< one item of the only folder
};

RecordedFolder recorded(View& view, const Account& account, const MailFolder& folder, Instant at) {
  return {folder.path, directory_of(view, account.number, folder.item, at), folder.item};
}

std::optional<Selection> select_item(View& view, const Clock& clock, const Account& account, const std::string& rest,
                                     Instant at) {
  if (const auto item = item_of_tagged(rest)) {
    const auto version = item_tagged(view, account, *item, at);
    const auto directory = view.item_at(account.number, version.state.parent, at);
    FolderNamer namer(view, account.number, account.layout);
    const auto path = namer.path_of(version.state.parent, at);
    const bool among_messages = directory && is_message_directory(directory->state.name);
    const MailFolder folder{path, among_messages ? directory->state.parent : version.state.parent};
    return Selection{{recorded(view, account, folder, at)}, version};
  }
  const auto slash = rest.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto folder = folder_named(view, clock, account, rest.substr(0, slash), at);
  return Selection{{recorded(view, account, folder, at)},
                   item_named(view, account, folder, rest.substr(slash + 1), at)};
}

/// A folder and those below it, else an item.
Selection select(View& view, const Clock& clock, const Account& account, const std::string& rest, Instant at) {
  Selection selection;
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

std::unique_ptr<Destination> open_destination(const Arguments& arguments, const Environment& env, View& view,
                                              StreamLog& log, const Account& account, bool one_item, Instant at) {
  const auto to = arguments.value("to");
  const auto form = arguments.value("as").value_or("maildir");
  const bool dry_run = arguments.has("dry-run");
  if (form != "maildir" && form != "eml") {
    throw Error(Errc::kUsage, "--as " + printable(form) + ": not known: write maildir or eml");
  }
  if (!to && arguments.has("as")) throw Error(Errc::kUsage, "--as is about the directory of --to: give that too");
  if (!to) {
    const auto settings = read_store_settings(store_world(env, log), store_path(arguments, env));
    return open_live_mailbox(view, settings, account, at, dry_run);
  }
  if (form == "eml") return open_eml_tree(*to, one_item, dry_run);
  return open_mailbox_in(view, *to, account, at, dry_run);
}

int run_restore(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(1);
  if (arguments.words().empty())
    throw Error(Errc::kUsage, "no account given: write ACCOUNT, ACCOUNT/FOLDER or ACCOUNT/FOLDER/ITEM");
  const auto at = instant_option(arguments, "at", env);
  if (!at) throw Error(Errc::kUsage, "no --at given: say of what time it is to be restored");
  const auto path = split_account_path(arguments.words().front());
  StreamLog log(env.err);
  const auto view = open_view(store_world(env, log), store_path(arguments, env));
  const auto account = account_at(*view, path.account, *at);
  const auto selection = select(*view, env.clock, account, path.rest, *at);
  const bool dry_run = arguments.has("dry-run");
  const auto destination = open_destination(arguments, env, *view, log, account, selection.item.has_value(), *at);
  RestoreReport report(env, arguments.has("json"), dry_run);
  Restorer restorer({*view, account, report.sink(), dry_run}, *destination);
  for (const auto& folder : selection.folders) {
    if (selection.item) {
      restorer.restore_item(folder, *selection.item, *at);
    } else {
      restorer.restore_folder(folder, *at);
    }
  }
  return report.end();
}

}  // namespace

const Command kRestore{
    "restore",
    "put an account, a folder or an item back as it was",
    "ACCOUNT[/FOLDER[/ITEM]] --at INSTANT [--to DIR [--as FORM]]",
    "Puts back what is not there any more, into the account's live mailbox or into a "
    "directory, with flags, keywords and dates. What is there already is not written "
    "twice and nothing is ever overwritten. Tells of every item: restored, already "
    "there, skipped or failed. FOLDER takes those below it along; ITEM is written as "
    "for \"yestermail cat\".",
    kOptions,
    run_restore,
};

}  // namespace yestermail
