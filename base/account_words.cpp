// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/account_words.h"

#include <fnmatch.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/error.h"

namespace yestermail {
namespace {

bool fits(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

}  // namespace

bool names_account(std::string_view word, std::string_view account) {
  if (word == account) return true;
  if (word.find('\\') != std::string_view::npos && word == printable(account)) return true;
  if (word.starts_with('@') && word.size() > 1) {
    const auto at = account.rfind('@');
    return at != std::string_view::npos && fits(lower_case(word), lower_case(account.substr(at)));
  }
  return fits(std::string(word), std::string(account));
}

bool names_account(std::span<const std::string> words, std::string_view account) {
  return std::ranges::any_of(words, [&](const std::string& word) { return names_account(word, account); });
}

bool AccountWords::choose(std::string_view account) {
  bool chosen = words_.empty();
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (names_account(words_[i], account)) used_[i] = chosen = true;
  }
  return chosen;
}

std::optional<std::string> AccountWords::unused() const {
  const auto found = std::ranges::find(used_, false);
  if (found == used_.end()) return std::nullopt;
  return words_[static_cast<std::size_t>(found - used_.begin())];
}

}  // namespace yestermail
