// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/state_names.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "base/instant_text.h"
#include "base/maildir_name.h"
#include "fs/item_names.h"
#include "fs/safe_text.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestFolder = 40;  // With all words that there are, names stay below 255 bytes.

struct FlagWords {
  char flag;
  std::string_view set;
  std::string_view cleared;
};

constexpr std::array<FlagWords, 6> kFlags{{{'S', "read", "unread"},
                                           {'F', "flagged", "unflagged"},
                                           {'R', "answered", "not answered"},
                                           {'P', "forwarded", "not forwarded"},
                                           {'D', "draft", "no draft"},
                                           {'T', "marked as deleted", "not marked as deleted"}}};

std::string keywords_of(std::string_view flags) {
  std::string found;
  std::copy_if(flags.begin(), flags.end(), std::back_inserter(found), [](char c) { return c >= 'a' && c <= 'z'; });
  return found;
}

void add(std::string& words, std::string_view word) {
  if (!words.empty()) words += ", ";
  words += word;
}

void add_flags(std::string& words, std::string_view before, std::string_view now) {
  const auto has = [](std::string_view flags, char flag) { return flags.find(flag) != std::string_view::npos; };
  for (const auto& row : kFlags) {
    if (has(before, row.flag) != has(now, row.flag)) add(words, has(now, row.flag) ? row.set : row.cleared);
  }
  const auto old_keywords = keywords_of(before);
  const auto keywords = keywords_of(now);
  const auto lacks = [](const std::string& some, const std::string& of) {
    return std::any_of(of.begin(), of.end(), [&](char c) { return some.find(c) == std::string::npos; });
  };
  if (lacks(old_keywords, keywords)) add(words, "labelled");
  if (lacks(keywords, old_keywords)) add(words, "label removed");
}

std::string folder_word(const std::string& folder) {
  const auto text = safe_text(folder, Charset::kPortable);
  const auto word = without_trailing_dots(cut_text(text, kLongestFolder));
  return word.empty() ? "another folder" : std::string(word);
}

/// "2026-11-21 143207.250000": always as long, so that names sort by time.
std::string stamp_text(Instant at) {
  auto micros = at.value % kMicrosPerSecond;
  if (micros < 0) micros += kMicrosPerSecond;
  const auto text = instant_text(Instant{at.value - micros});
  const auto fraction = std::to_string(kMicrosPerSecond + micros).substr(1);
  return text.substr(0, 10) + " " + text.substr(11, 2) + text.substr(14, 2) + text.substr(17, 2) + "." + fraction;
}

}  // namespace

std::string step_words(const Step& step, bool is_first) {
  if (step.before == nullptr) return is_first ? "arrived" : "came back";
  const auto& before = step.before->state;
  const auto& now = step.now->state;
  std::string words;
  if (step.from != step.to) add(words, "moved from " + folder_word(step.from) + " to " + folder_word(step.to));
  add_flags(words, maildir_flags(before.name), maildir_flags(now.name));
  if (before.digest != now.digest) add(words, "rewritten");
  if (!words.empty()) return words;
  if (before.mtime_ns != now.mtime_ns) return "dated anew";
  if (before.mode != now.mode || before.uid != now.uid || before.gid != now.gid) return "given other rights";
  return before.parent != now.parent ? "no longer new" : "renamed";
}

std::string state_name(Instant at, const std::string& words) {
  return stamp_text(at) + " " + words + std::string(kMessageSuffix);
}

}  // namespace yestermail
