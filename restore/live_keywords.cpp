// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/live_keywords.h"

#include <algorithm>

#include "restore/dot_lock.h"

namespace yestermail {
LiveKeywords::LiveKeywords(const HeldDirectory& directory, KeywordMap before)
    : directory_(directory),
      before_(std::move(before)),
      known_(directory_.text(kKeywordsFile).value_or(std::string())) {}

std::string LiveKeywords::letters_of(std::span<const std::string> keywords, std::string& lost) {
  if (!std::ranges::all_of(keywords, [&](const auto& name) { return known_.letter_of(name).has_value(); })) {
    if (refused_) throw Error(*refused_);
    try {
      give_letters(keywords);
    } catch (const Error& error) {
      refused_ = error;
      throw;
    }
  }
  std::string letters;
  for (const auto& name : keywords) {
    if (const auto letter = known_.letter_of(name)) {
      letters += *letter;
    } else {
      lost += (lost.empty() ? "" : " ") + name;
    }
  }
  return letters;
}

void LiveKeywords::give_letters(std::span<const std::string> keywords) {
  const auto owner = directory_.owner();
  // Dovecot reads the map, adds to it and writes it again while it holds the first of these.
  const DotLock uidlist(directory_, "dovecot-uidlist", owner);
  const DotLock lock(directory_, kKeywordsFile, owner);
  const auto there = directory_.text(kKeywordsFile);
  known_ = there ? KeywordMap(*there) : before_;
  for (const auto& name : keywords) known_.add(name);
  if (const auto text = known_.text(); text != there) replace_text(directory_, kKeywordsFile, text, owner);
}

}  // namespace yestermail
