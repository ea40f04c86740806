// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/known_accounts.h"

#include <fnmatch.h>

#include <algorithm>

#include "base/error.h"

namespace yestermail {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool names_account(std::string_view pattern, std::string_view account) {
  if (pattern == account) return true;
  if (pattern.starts_with('@') && pattern.size() > 1) {
    const auto at = account.rfind('@');
    if (at == std::string_view::npos) return false;
    return ::fnmatch(lower_case(pattern).c_str(), lower_case(account.substr(at)).c_str(), 0) == 0;
  }
  return ::fnmatch(std::string(pattern).c_str(), std::string(account).c_str(), 0) == 0;
}

bool names_account(std::span<const std::string> patterns, std::string_view account) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) { return names_account(pattern, account); });
}

std::vector<Account> selected(std::vector<Account> accounts, std::span<const std::string> patterns) {
  if (patterns.empty()) return accounts;
  for (const auto& pattern : patterns) {
    if (std::ranges::any_of(accounts, [&](const Account& each) { return names_account(pattern, each.name); })) continue;
    throw Error(Errc::kNotFound, "no account is meant by \"" + printable(pattern) +
                                     "\": \"yestermail accounts --all\" shows those that are known");
  }
  std::erase_if(accounts, [&](const Account& each) { return !names_account(patterns, each.name); });
  return accounts;
}

}  // namespace yestermail
