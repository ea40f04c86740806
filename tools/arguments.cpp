// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/arguments.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <numeric>
#include <utility>

#include "base/error.h"

namespace yestermail {
namespace {

namespace po = boost::program_options;

constexpr const char* kWords = "words";  // What Boost calls the words of no option.

/// "--name" for an option that is given with one or two dashes or none, as Boost's errors have it.
std::string dashed(std::string name) {
  name.erase(0, std::min(name.find_first_not_of('-'), name.size()));
  return (name.size() == 1 ? "-" : "--") + printable(name);
}

const OptionSpec* find_option(std::span<const OptionSpec> options, std::string_view name) {
  for (const auto& option : options) {
    if (option.name == name) return &option;
  }
  return nullptr;  // --help, which every command has.
}

[[noreturn]] void unknown_option(const std::string& given, std::span<const OptionSpec> options) {
  std::vector<std::string_view> names{"help"};
  for (const auto& option : options) names.push_back(option.name);
  const auto bare = given.substr(std::min(given.find_first_not_of('-'), given.size()));
  const auto meant = nearest(bare.substr(0, bare.find('=')), names);
  throw Error(Errc::kUsage,
              "unknown option " + printable(given) + (meant ? "; did you mean --" + std::string(*meant) + "?" : ""));
}

po::options_description description_of(std::span<const OptionSpec> options) {
  po::options_description description;
  for (const auto& option : options) {
    auto names = std::string(option.name);
    if (option.letter != 0) names += std::string(",") + option.letter;
    auto* value = po::value<std::vector<std::string>>()->composing();
    if (option.argument.empty()) value->zero_tokens();
    description.add_options()(names.c_str(), value);
  }
  description.add_options()("help,h", po::value<std::vector<std::string>>()->zero_tokens());
  description.add_options()(kWords, po::value<std::vector<std::string>>()->composing());
  return description;
}

po::parsed_options parse_words(std::span<const std::string> words, std::span<const OptionSpec> options) {
  const auto description = description_of(options);
  po::positional_options_description positional;
  positional.add(kWords, -1);
  try {
    return po::command_line_parser(std::vector<std::string>(words.begin(), words.end()))
        .options(description)
        .positional(positional)
        .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
        .run();
  } catch (const po::unknown_option& problem) {
    unknown_option(problem.get_option_name(), options);
  } catch (const po::invalid_command_line_syntax& problem) {
    const auto name = dashed(problem.get_option_name());
    if (problem.kind() == po::invalid_syntax::extra_parameter) {
      throw Error(Errc::kUsage, "option " + name + " takes no value: leave out what follows the \"=\"");
    }
    throw Error(Errc::kUsage, "option " + name + " needs a value: " + name + " VALUE");
  } catch (const po::error& problem) {
    throw Error(Errc::kUsage, printable(problem.what()));
  }
}

}  // namespace

Arguments Arguments::parse(std::span<const std::string> words, std::span<const OptionSpec> options) {
  Arguments arguments;
  for (const auto& option : parse_words(words, options).options) {
    // "--words=x" names no option of ours, though Boost knows it.
    if (option.string_key == kWords && option.position_key < 0) unknown_option(option.original_tokens.at(0), options);
    if (option.string_key == kWords) {
      arguments.words_.insert(arguments.words_.end(), option.value.begin(), option.value.end());
      continue;
    }
    auto& values = arguments.values_[option.string_key];
    values.push_back(option.value.empty() ? std::string() : option.value.front());
    const auto* spec = find_option(options, option.string_key);
    if (spec == nullptr || spec->argument.empty()) continue;
    if (values.size() > 1 && !spec->repeats) {
      throw Error(Errc::kUsage, "option --" + option.string_key + " is given twice: keep one of them");
    }
    if (values.back().empty()) {
      throw Error(Errc::kUsage, "option --" + option.string_key + " needs a value that is not empty");
    }
  }
  return arguments;
}

bool Arguments::has(std::string_view option) const { return values_.find(option) != values_.end(); }

std::optional<std::string> Arguments::value(std::string_view option) const {
  const auto found = values_.find(option);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::optional<std::uint64_t> Arguments::number(std::string_view option, std::uint64_t least, std::uint64_t most) const {
  const auto text = value(option);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, failed] = std::from_chars(text->data(), end, number);
  if (failed != std::errc{} || stop != end || number < least || number > most) {
    throw Error(Errc::kUsage, "option --" + std::string(option) + ": \"" + printable(*text) + "\" is no number from " +
                                  std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

void Arguments::at_most_words(std::size_t count) const {
  if (words_.size() <= count) return;
  throw Error(Errc::kUsage, "unexpected argument \"" + printable(words_[count]) + "\": leave it out");
}

namespace {

/// Levenshtein's, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({diagonal + 1, row[j] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty()) return std::nullopt;
  // Two letters swapped are two steps; but of a short word not all may be replaced.
  const auto limit = std::min(std::max<std::size_t>(word.size() / 3, 2), word.size() - 1);
  std::optional<std::string_view> best;
  std::size_t best_score = 2 * limit + 1;
  for (const auto candidate : candidates) {
    // Of two that are equally near, the one with the same first letter.
    const auto score = 2 * distance(word, candidate) + (candidate.starts_with(word.front()) ? 0 : 1);
    if (score > 2 * limit + 1 || (best && score >= best_score)) continue;
    best = candidate;
    best_score = score;
  }
  return best;
}

}  // namespace yestermail
