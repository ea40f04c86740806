// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/keyword_map.h"

#include <algorithm>
#include <charconv>

#include "base/maildir_name.h"

namespace yestermail {
namespace {

bool is_keyword_letter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

KeywordMap::KeywordMap(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto space = line.find(' ');
    if (space == std::string_view::npos || space + 1 == line.size()) continue;
    std::size_t index = kLetters;
    const auto [end, error] = std::from_chars(line.data(), line.data() + space, index);
    if (error != std::errc() || end != line.data() + space || index >= kLetters) continue;
    names_[index] = std::string(line.substr(space + 1));
  }
}

const std::string& KeywordMap::name_of(char letter) const { return names_.at(static_cast<std::size_t>(letter - 'a')); }

std::optional<char> KeywordMap::letter_of(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<char>('a' + (found - names_.begin()));
}

std::optional<char> KeywordMap::add(std::string_view name) {
  if (const auto letter = letter_of(name)) return letter;
  const auto free = std::ranges::find(names_, std::string());
  if (free == names_.end()) return std::nullopt;
  *free = std::string(name);
  return static_cast<char>('a' + (free - names_.begin()));
}

std::string KeywordMap::text() const {
  std::string text;
  for (std::size_t i = 0; i < kLetters; ++i) {
    if (!names_[i].empty()) text += std::to_string(i) + " " + names_[i] + "\n";
  }
  return text;
}

MessageFlags read_flags(std::string_view message_name, const KeywordMap& map) {
  MessageFlags flags;
  auto field = message_name.substr(maildir_base(message_name).size());
  if (field.empty()) return flags;
  if (!field.starts_with(":2,") || field.find(':', 1) != std::string_view::npos) {
    flags.rest = std::string(field);  // Nobody's flags: it stays as it is.
    return flags;
  }
  flags.any_field = true;
  field.remove_prefix(3);
  const auto comma = field.find(',');
  if (comma != std::string_view::npos) flags.rest = std::string(field.substr(comma));
  for (const char c : field.substr(0, comma)) {
    if (!is_keyword_letter(c)) {
      flags.system += c;
    } else if (map.name_of(c).empty()) {
      flags.unknown += c;
    } else {
      flags.keywords.push_back(map.name_of(c));
    }
  }
  return flags;
}

std::string flags_field(const MessageFlags& flags, std::string_view letters) {
  if (!flags.any_field) return flags.rest;
  auto all = flags.system + std::string(letters);
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return ":2," + all + flags.rest;
}

}  // namespace yestermail
