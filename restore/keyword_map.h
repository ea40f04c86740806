// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yestermail {

/// A folder's dovecot-keywords: which keyword each letter a to z in the names of its messages stands for. A value.
class KeywordMap {
 public:
  static constexpr std::size_t kLetters = 26;

  KeywordMap() = default;
  /// Reads lines "INDEX NAME"; what is no such line is passed over, as Dovecot does.
  explicit KeywordMap(std::string_view text);

  /// Empty: the letter stands for nothing.
  [[nodiscard]] const std::string& name_of(char letter) const;
  [[nodiscard]] std::optional<char> letter_of(std::string_view name) const;
  /// The letter of a keyword, given out now if it has none: the first that is free; nullopt: none is.
  std::optional<char> add(std::string_view name);
  [[nodiscard]] std::string text() const;

 private:
  std::array<std::string, kLetters> names_;
};

/// The flags of a message's name, its keyword letters taken out and told by their names.
struct MessageFlags {
  std::string system;                 ///< D F P R S T and whatever else is no lower case letter
  std::vector<std::string> keywords;  ///< by name, in the order of the old letters
  std::string unknown;                ///< letters that stood for nothing
  std::string rest;                   ///< what follows the flags, with its comma; without flags all behind the base
  bool any_field = false;             ///< the name has ":2," and no other colon
};

MessageFlags read_flags(std::string_view message_name, const KeywordMap& map);

/// ":2,FSa": what stands behind the base name; what stood there where that was no flags.
std::string flags_field(const MessageFlags& flags, std::string_view letters);

}  // namespace yestermail
