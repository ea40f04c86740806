// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "restore/held_directory.h"
#include "restore/keyword_map.h"

namespace yestermail {

/// Where Dovecot keeps the names of the keywords that letters stand for.
inline constexpr const char* kKeywordsFile = "dovecot-keywords";

/// The keywords of a folder that a mail server may be using. One thread.
class LiveKeywords {
 public:
  /// `directory` holds dovecot-keywords and dovecot-uidlist, and outlives this. Where there is no dovecot-keywords yet
  /// the letters become those of `before`, so that a folder made anew has its old ones.
  LiveKeywords(const HeldDirectory& directory, KeywordMap before);

  /// The letters of these keywords in this folder. Those that have none get one, under the locks that Dovecot takes; on
  /// return that is durable. `lost` gets the names of those for which there was no letter left.
  std::string letters_of(std::span<const std::string> keywords, std::string& lost);
  /// True: no keyword has this letter here.
  [[nodiscard]] bool is_free(char letter) const { return known_.name_of(letter).empty(); }

 private:
  void give_letters(std::span<const std::string> keywords);

  const HeldDirectory& directory_;
  const KeywordMap before_;
  KeywordMap known_;
  std::optional<Error> refused_;  // The locks could not be had: no use to wait again.
};

}  // namespace yestermail
