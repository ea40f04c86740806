// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yestermail {

/// Whether a word is about an account: its name, or that as the terminal shows it; a shell pattern of the name, with
/// `* ? [ ]`; or with an @ in front such a pattern of the domain, which is what follows the last @ of the name, in
/// letters of either case.
bool names_account(std::string_view word, std::string_view account);
/// Whether one of them is.
bool names_account(std::span<const std::string> words, std::string_view account);

/// Words that choose accounts; without words all are chosen. One thread.
class AccountWords {
 public:
  explicit AccountWords(std::vector<std::string> words) : words_(std::move(words)), used_(words_.size()) {}

  /// Whether one of the words is about the account. Remembers which are.
  bool choose(std::string_view account);
  /// The first word that was about none of the accounts until now: it was meant to be.
  [[nodiscard]] std::optional<std::string> unused() const;

 private:
  const std::vector<std::string> words_;
  std::vector<bool> used_;
};

}  // namespace yestermail
