// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace yestermail {

/// Where in a message a text is looked for.
enum class Field : std::uint8_t { kAnywhere, kFrom, kTo, kSubject, kFilename };

/// A word, or words that follow one another.
struct Term {
  Field field = Field::kAnywhere;
  std::string text;
  bool prefix = false;   ///< the last word may go on
  bool exclude = false;  ///< must not occur
  bool operator==(const Term&) const = default;
};

/// What is looked for: all of it must be true of a message.
struct Query {
  std::vector<Term> terms;
  Instant after{std::numeric_limits<std::int64_t>::min()};            ///< dated at or behind this
  Instant before = kForever;                                          ///< dated before this
  std::uint64_t larger = 0;                                           ///< of at least so many bytes
  std::uint64_t smaller = std::numeric_limits<std::uint64_t>::max();  ///< of less
  std::optional<bool> attachment;
  std::optional<bool> deleted;  ///< not there any more
  std::optional<bool> unread;
  std::optional<bool> flagged;
  std::vector<std::string> folders;      ///< stood in each of these, or below
  std::vector<std::string> not_folders;  ///< stood in none of these, nor below
  bool operator==(const Query&) const = default;
};

/// Reads a query as people write it:
///
///     words "words in a row" begin* from: to: subject: filename: has:attachment in:FOLDER
///     before: after: on: (instants, see parse_instant()) larger: smaller: (1500, 20k, 5M, 1G) is:deleted is:unread
///     is:flagged
///
/// A value may be quoted; a - before a text, has:, in: or is: excludes. Error{kUsage}, which tells what is not
/// understood, where it is no query or an empty one. Pure, but for the meaning that `now` gives to relative times.
Query parse_query(std::string_view text, Instant now);

}  // namespace yestermail
