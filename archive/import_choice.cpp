// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/import_choice.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "archive/account_walk.h"
#include "base/error.h"
#include "store/origin.h"

namespace yestermail {
namespace {

bool names(const std::string& word, const std::string& account) {
  if (account == word || printable(account) == word) return true;
  if (word.starts_with('@') && account.size() > word.size() && account.ends_with(word)) return true;
  return ::fnmatch(word.c_str(), account.c_str(), 0) == 0;
}

/// Whether any of the words does; each that does is marked.
bool is_wanted(const std::vector<std::string>& words, const std::string& account, std::vector<bool>& used) {
  bool wanted = words.empty();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!names(words[i], account)) continue;
    used[i] = wanted = true;
  }
  return wanted;
}

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
  std::vector<bool> used(order.accounts.size());
  return is_wanted(order.accounts, account, used);
}

void refuse_one_name(const std::string& name) {
  throw Error(Errc::kUsage, "two accounts would be called " + printable(name) +
                                " here: give one of them another name with --map OLD=NEW");
}

void refuse_unused_words(const ImportOrder& order, const std::vector<std::string>& names) {
  std::vector<bool> used(order.accounts.size());
  std::set<std::string> wanted;
  for (const auto& name : names) {
    if (is_wanted(order.accounts, name, used)) wanted.insert(name);
  }
  if (const auto unused = std::ranges::find(used, false); unused != used.end()) {
    throw Error(Errc::kNotFound, "no account \"" +
                                     printable(order.accounts[static_cast<std::size_t>(unused - used.begin())]) +
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
