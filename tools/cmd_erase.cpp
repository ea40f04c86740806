// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_erase.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "policy/holds.h"
#include "tools/accounts.h"
#include "tools/control_client.h"
#include "tools/items.h"
#include "tools/purge_report.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 4> kOptions{{
    kStoreOption,
    {"at", 'a', "INSTANT", "name the item as it was at this time", false},
    {"dry-run", 'n', "", "show what would be removed, remove nothing", false},
    kJsonOption,
}};

struct Erasure {
  std::vector<PurgeRequest> requests;
  std::vector<Account> living;      ///< that have to end first
  std::vector<std::string> others;  ///< accounts that have the same content
};

ItemId find_item(View& view, const Clock& clock, const Account& account, const std::string& rest, Instant at) {
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
  std::set<VersionId> versions;
  std::set<Digest> contents;
  for (const auto& version : view.history(account.number, item)) {
    if (version.state.kind != EntryKind::kMessage && version.state.kind != EntryKind::kFile) {
      throw Error(Errc::kUsage, "\"" + printable(version.state.name) + "\" is a directory: name an item");
    }
    versions.insert(version.id);
    // Other files are alike by chance: many are empty.
    if (version.state.kind == EntryKind::kMessage && version.state.digest) contents.insert(*version.state.digest);
  }
  Erasure erasure;
  for (const auto& content : contents) {
    for (const auto& copy : view.with_content(account.number, content)) {
      if (copy.state.kind == EntryKind::kMessage) versions.insert(copy.id);
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
    if (account.until == kForever) erasure.living.push_back(account);
    erasure.requests.push_back({account.number, true, {}});
  }
  return erasure;
}

Erasure plan(View& view, const Arguments& arguments, const Environment& env) {
  const auto path = split_account_path(arguments.words().front());
  const auto at = at_option(arguments, env);
  if (path.rest.empty()) return erase_account(view, path.account);
  const auto account = account_at(view, path.account, at);
  refuse_held(view, account.name);
  return erase_item(view, account, find_item(view, env.clock, account, path.rest, at));
}

/// A watcher would begin the account anew at once.
void end_living(StoreWorld world, const std::string& store, const std::vector<Account>& living) {
  if (living.empty()) return;
  if (ControlClient::connect(store)) {
    throw Error(Errc::kLocked, printable(living.front().name) + " is being watched: stop the watcher, add a line " +
                                   "\"exclude = " + printable(living.front().name) +
                                   "\" to yestermail.conf, or remove the mailbox, and erase then");
  }
  const auto recorder = open_recorder(world, store);
  for (const auto& account : living) recorder->end_account(account.number);
}

void tell_of_copies(const Erasure& erasure, std::ostream& out) {
  out << "A copy may still stand:\n"
         "  in the live mailbox, from which the next scan would record it again as new;\n"
         "  in the memory of a mount and of the kernel, for a day or until it is unmounted;\n"
         "  in copies of the store elsewhere, and on the disk where removed files were until it is written over.\n";
  for (const auto& other : erasure.others) out << "  in the account " << printable(other) << ", which has it too.\n";
}

int run_erase(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(1);
  if (arguments.words().empty()) throw Error(Errc::kUsage, "nothing given: write ACCOUNT or ACCOUNT/FOLDER/ITEM");
  StreamLog log(env.err);
  const auto world = store_world(env, log);
  const auto store = store_path(arguments, env);
  const auto view = open_view(world, store);
  const auto erasure = plan(*view, arguments, env);
  const bool dry_run = arguments.has("dry-run");
  const bool json = arguments.has("json");
  if (!dry_run) end_living(world, store, erasure.living);
  const auto status = run_purges(env, world, store, *view, erasure.requests, dry_run, json);
  if (!json) tell_of_copies(erasure, env.out);
  return status;
}

}  // namespace

const Command kErase{
    "erase",
    "remove an item or an account from all of history at once",
    "ACCOUNT | ACCOUNT/FOLDER/ITEM [--at INSTANT] [--dry-run] [--json]",
    "Removes an item from the store for good, with all of its history and all copies of the same mail in its account; "
    "or "
    "an account with all that ever was recorded of it. Retention is not asked. ITEM is written as for \"yestermail "
    "cat\". "
    "What still stands in the live mailbox is recorded again by the next scan: delete it there first. It tells where "
    "copies may be that it does not reach.",
    kOptions,
    run_erase,
};

}  // namespace yestermail
