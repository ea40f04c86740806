// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/record_words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace yestermail {
namespace {

template <class T>
using Word = std::pair<T, std::string_view>;

constexpr std::array<Word<EntryKind>, 4> kKinds{{{EntryKind::kDirectory, "directory"},
                                                 {EntryKind::kMessage, "message"},
                                                 {EntryKind::kFile, "file"},
                                                 {EntryKind::kAccount, "account"}}};
constexpr std::array<Word<Cause>, 5> kCauses{{{Cause::kArrived, "arrived"},
                                              {Cause::kRenamed, "renamed"},
                                              {Cause::kMoved, "moved"},
                                              {Cause::kChanged, "changed"},
                                              {Cause::kTouched, "touched"}}};
constexpr std::array<Word<GapReason>, 5> kReasons{{{GapReason::kNotWatched, "not watched"},
                                                   {GapReason::kEventsLost, "events lost"},
                                                   {GapReason::kQueueFull, "queue full"},
                                                   {GapReason::kSourceGone, "source gone"},
                                                   {GapReason::kStoreRefused, "store refused"}}};

template <class Words, class T>
std::string_view word_in(const Words& words, T meaning) {
  const auto found = std::ranges::find_if(words, [&](const auto& each) { return each.first == meaning; });
  return found == words.end() ? "unknown" : found->second;
}

template <class Words>
auto meaning_in(const Words& words, std::string_view word) -> std::optional<decltype(words[0].first)> {
  const auto found = std::ranges::find_if(words, [&](const auto& each) { return each.second == word; });
  if (found == words.end()) return std::nullopt;
  return found->first;
}

}  // namespace

std::string_view word_of(EntryKind kind) { return word_in(kKinds, kind); }
std::string_view word_of(Cause cause) { return word_in(kCauses, cause); }
std::string_view word_of(GapReason reason) { return word_in(kReasons, reason); }

std::optional<EntryKind> kind_of_word(std::string_view word) { return meaning_in(kKinds, word); }
std::optional<Cause> cause_of_word(std::string_view word) { return meaning_in(kCauses, word); }
std::optional<GapReason> reason_of_word(std::string_view word) { return meaning_in(kReasons, word); }

}  // namespace yestermail
