// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_restore.h"

#include <array>
#include <filesystem>
#include <map>
#include <optional>

#include "base/error.h"
#include "fs/folder_names.h"
#include "restore/restorer.h"
#include "tools/account_choice.h"
#include "tools/accounts.h"
#include "tools/heap.h"
#include "tools/restore_report.h"
#include "tools/restore_selection.h"
#include "tools/restore_target.h"
#include "tools/store_location.h"

namespace yestermail {
namespace {

constexpr std::array<OptionSpec, 9> kRestoreOptions{{
    kStoreOption,
    {"at", 'a', "INSTANT", "as it was at this time; must be given", false},
    {"domain", 'd', "DOMAIN", "every account of this domain that was there then", true},
    {"accounts", 'A', "PATTERN", "every account with such a name; * is any text", true},
    {"to", 't', "DIR", "into this directory instead of the live mailbox", false},
    {"as", 0, "FORM", "of the directory: maildir (the default) or eml", false},
    {"into-source", 0, "SOURCE", "into the mailboxes of maildir:/PATH/%d/%n/Maildir", false},
    {"dry-run", 'n', "", "show what would be restored, write nothing", false},
    kJsonOption,
}};

/// What was asked for, as far as the command line tells it.
struct Order {
  Instant at;
  AccountPath path;                 ///< of one account
  std::vector<std::string> chosen;  ///< of many, as words; empty: one account
  std::optional<std::string> to;
  std::optional<SourceSpec> source;
  bool eml = false;
  bool dry_run = false;

  [[nodiscard]] bool many() const { return !chosen.empty(); }
};

/// The accounts that --domain and --accounts name, as words.
std::vector<std::string> read_choice(const Arguments& arguments) {
  std::vector<std::string> words;
  for (const auto& domain : arguments.values("domain")) {
    words.push_back(domain.starts_with('@') ? domain : "@" + domain);
    if (words.back().size() == 1) throw Error(Errc::kUsage, "--domain: write a domain, like example.com");
  }
  for (const auto& pattern : arguments.values("accounts")) words.push_back(pattern);
  return words;
}

/// The directory above all mailboxes is never made: it may be one where a disk is to be mounted.
SourceSpec read_source(const std::string& text) {
  SourceSpec source(text);
  const auto top = source.mail().fixed_part();
  if (std::filesystem::is_directory(top)) return source;
  throw Error(Errc::kFailed, "--into-source: " + printable(top) + ": no such directory: make it first");
}

Order read_order(const Arguments& arguments, const Environment& env) {
  arguments.at_most_words(1);
  Order order;
  order.chosen = read_choice(arguments);
  if (order.many() && !arguments.words().empty()) {
    throw Error(Errc::kUsage, "an account is given beside --domain or --accounts: write one or the other");
  }
  if (!order.many() && arguments.words().empty()) {
    throw Error(Errc::kUsage,
                "no account given: write ACCOUNT, ACCOUNT/FOLDER or ACCOUNT/FOLDER/ITEM, or --domain DOMAIN");
  }
  const auto at = instant_option(arguments, "at", env);
  if (!at) throw Error(Errc::kUsage, "no --at given: say of what time it is to be restored");
  order.at = *at;
  if (!order.many()) order.path = split_account_path(arguments.words().front());
  order.to = arguments.value("to");
  const auto form = arguments.value("as").value_or("maildir");
  if (form != "maildir" && form != "eml") {
    throw Error(Errc::kUsage, "--as " + printable(form) + ": not known: write maildir or eml");
  }
  if (!order.to && arguments.has("as")) throw Error(Errc::kUsage, "--as is about the directory of --to: give that too");
  order.eml = form == "eml";
  if (const auto source = arguments.value("into-source")) {
    if (order.to) throw Error(Errc::kUsage, "--to and --into-source are two places: give one of them");
    order.source = read_source(*source);
  }
  order.dry_run = arguments.has("dry-run");
  return order;
}

/// Opens where the accounts go.
class Places {
 public:
  Places(const Order& order, View& view, StoreSettings settings)
      : order_(order), view_(view), settings_(std::move(settings)) {
    if (order_.many() && order_.to) name_directories();
  }

  std::unique_ptr<Destination> open(const Account& account, bool one_item) {
    if (order_.source) {
      const auto source = account_in(*order_.source, account.name);
      if (!source) throw Error(Errc::kFailed, "--into-source has no place for an account of this name");
      return open_mailbox_of(view_, *source, account, order_.at, order_.dry_run);
    }
    if (!order_.to) return open_live_mailbox(view_, settings_, account, order_.at, order_.dry_run);
    const RestorePlace place{*order_.to, order_.many() ? directories_.at(account.number) : std::string()};
    if (order_.eml) return open_eml_tree(place, one_item, order_.dry_run);
    return open_mailbox_in(view_, place, account, order_.at, order_.dry_run);
  }

 private:
  /// As the mount names them at that instant, whichever of them are chosen.
  void name_directories() {
    const auto accounts = view_.accounts(order_.at);
    std::vector<std::string> raw;
    for (const auto& account : accounts) raw.push_back(account.name);
    const auto names = readable_account_names(raw);
    for (std::size_t i = 0; i < accounts.size(); ++i) directories_.emplace(accounts[i].number, names[i]);
  }

  const Order& order_;
  View& view_;
  const StoreSettings settings_;
  std::map<AccountNumber, std::string> directories_;
};

void restore_account(const Order& order, const Environment& env, View& view, const Account& account, Places& places,
                     const RestoreReport& report) {
  const auto selection = select_to_restore(view, env.clock, account, order.path.rest, order.at);
  const auto destination = places.open(account, selection.item.has_value());
  Restorer restorer({view, account, report.sink(), order.dry_run}, *destination);
  for (const auto& folder : selection.folders) {
    if (selection.item) {
      restorer.restore_item(folder, *selection.item, order.at);
    } else {
      restorer.restore_folder(folder, order.at);
    }
  }
}

int run_restore(const Arguments& arguments, Environment& env) {
  const auto order = read_order(arguments, env);
  StreamLog log(env.err);
  const auto store = store_path(arguments, env);
  const auto view = open_view(store_world(env, log), store);
  const auto accounts = order.many() ? chosen_accounts(view->accounts(order.at), order.chosen, order.at)
                                     : std::vector{account_at(*view, order.path.account, order.at)};
  keep_large_pieces();
  Places places(order, *view, read_store_settings(store_world(env, log), store));
  RestoreReport report(env, {arguments.has("json"), order.dry_run, order.many()});
  for (const auto& account : accounts) {
    report.begin(account);
    try {
      restore_account(order, env, *view, account, places, report);
      report.end_account();
    } catch (const Error& error) {
      if (!order.many()) throw;
      report.end_account(error);
    }
  }
  return report.end();
}

}  // namespace

const Command kRestoreCommand{
    "restore",
    "put an account, a folder or an item back as it was",
    "ACCOUNT[/FOLDER[/ITEM]]|--domain DOMAIN --at INSTANT [--to DIR [--as FORM]]",
    "Puts back what is not there any more, into the account's live mailbox or into a "
    "directory, with flags, keywords and dates. What is there already is not written "
    "twice and nothing is ever overwritten. Tells of every item: restored, already "
    "there, skipped or failed. FOLDER takes those below it along; ITEM is written as "
    "for \"yestermail cat\". Of many accounts one that fails does not stop the others.",
    kRestoreOptions,
    run_restore,
};

}  // namespace yestermail
