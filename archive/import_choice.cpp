// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/import_choice.h"

#include <set>

#include "archive/account_walk.h"
#include "base/account_words.h"
#include "base/error.h"
#include "store/origin.h"

namespace yestermail {
namespace {

/// What an earlier import has begun, if the name is not taken by something else.
void look_up(View& view, ImportAccount& account) {
  auto& wanted = account.account;
  const auto found = view.account_named(wanted.name, kForever);
  if (!found) return;
  if (found->source != wanted.source) {
    throw Error(Errc::kUsage, "account " + printable(wanted.name) + ": the store has one of this name already, which " +
                                  (is_imported(*found) ? "was imported from elsewhere" : "is scanned from") + " (" +
                                  printable(found->source) + "): give the imported one another name with --map " +
                                  printable(account.origin_name) + "=NEW");
  }
  account.account = *found;
  account.there = true;
}

}  // namespace

void check_account_name(const std::string& name) {
  if (is_file_name(name) && !name.starts_with('@')) return;
  throw Error(Errc::kUsage, "account " + printable(name) + ": no account can have this name here: write --map OLD=NEW");
}

bool is_wanted(const ImportOrder& order, const std::string& account) {
  return order.accounts.empty() || names_account(order.accounts, account);
}

void refuse_one_name(const std::string& name) {
  throw Error(Errc::kUsage, "two accounts would be called " + printable(name) +
                                " here: give one of them another name with --map OLD=NEW");
}

void refuse_unused_words(const ImportOrder& order, const std::vector<std::string>& names) {
  AccountWords words(order.accounts);
  std::set<std::string> wanted;
  for (const auto& name : names) {
    if (words.choose(name)) wanted.insert(name);
  }
  if (const auto unused = words.unused()) {
    throw Error(Errc::kNotFound, "no account \"" + printable(*unused) +
                                     "\" is in it: \"--dry-run\" without --accounts shows those that are");
  }
  for (const auto& [old_name, new_name] : order.names) {
    if (!wanted.contains(old_name)) {
      throw Error(Errc::kUsage, "--map " + printable(old_name) + "=" + printable(new_name) +
                                    ": no account of this name is imported: \"--dry-run\" shows those that are");
    }
  }
}

std::vector<ImportAccount> choose_accounts(View& view, const std::vector<Account>& candidates,
                                           const ImportOrder& order) {
  if (candidates.empty()) throw Error(Errc::kNotFound, "no account is in it: nothing to import");
  std::vector<std::string> names;
  std::set<std::string> taken;
  std::vector<ImportAccount> chosen;
  for (const auto& candidate : candidates) {
    names.push_back(candidate.name);
    if (!is_wanted(order, candidate.name)) continue;
    ImportAccount account{candidate.name, {}};
    account.account.name = candidate.name;
    account.account.source = candidate.source;
    account.account.layout = candidate.layout;
    if (const auto found = order.names.find(candidate.name); found != order.names.end()) {
      account.account.name = found->second;
    }
    check_account_name(account.account.name);
    if (!taken.insert(account.account.name).second) refuse_one_name(account.account.name);
    look_up(view, account);
    chosen.push_back(std::move(account));
  }
  refuse_unused_words(order, names);
  return chosen;
}

}  // namespace yestermail
