// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yestermail {

/// The most that --threads takes.
inline constexpr unsigned kMostThreads = 1024;

/// One option of a command. Help, man page test and parser all read this one row.
struct OptionSpec {
  std::string_view name;      ///< without the dashes
  char letter = 0;            ///< short form, 0: none
  std::string_view argument;  ///< what the value is called in the help; empty: the option takes none
  std::string_view help;
  bool repeats = false;  ///< may be given more than once
};

/// What was given on a command line, already known to fit the command's options.
class Arguments {
 public:
  /// Throws Error{kUsage} naming the option: unknown, given twice, without its value. Options are never abbreviated.
  static Arguments parse(std::span<const std::string> words, std::span<const OptionSpec> options);

  [[nodiscard]] bool has(std::string_view option) const;
  [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view option) const;
  /// The value as a number in [least, most]; Error{kUsage} if it is none.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view option, std::uint64_t least,
                                                    std::uint64_t most) const;
  /// Words that belong to no option, in their order.
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
  /// Error{kUsage} naming the first word too many.
  void at_most_words(std::size_t count) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> words_;
};

/// Of `candidates` the one that `word` was most likely meant to be, if any is near.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace yestermail
