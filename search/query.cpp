// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/error.h"
#include "base/instant_text.h"

namespace yestermail {
namespace {

constexpr std::string_view kKnown =
    "from: to: subject: filename: has: in: is: before: after: on: larger: smaller: are known";
constexpr std::size_t kLongestQuery = 4096;

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw Error(Errc::kUsage, "\"" + printable(text) + "\" in the query: " + why);
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// One piece of a query: -key:"value", each part but the value optional.
struct Piece {
  std::string key;  ///< in lower case
  std::string value;
  bool quoted = false;
  bool exclude = false;
  [[nodiscard]] std::string text() const { return (exclude ? "-" : "") + (key.empty() ? "" : key + ":") + value; }
};

/// Cuts a query into pieces.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : rest_(text) {}

  std::optional<Piece> next() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return std::nullopt;
    Piece piece;
    if (rest_.front() == '-') {
      piece.exclude = true;
      rest_.remove_prefix(1);
    }
    const auto letters = std::ranges::find_if_not(rest_, is_letter) - rest_.begin();
    const auto length = static_cast<std::size_t>(letters);
    if (length > 0 && length < rest_.size() && rest_[length] == ':') {
      for (const char c : rest_.substr(0, length)) piece.key += lower_case(c);
      rest_.remove_prefix(length + 1);
    }
    piece.quoted = rest_.starts_with('"');
    piece.value = piece.quoted ? quoted() : word();
    return piece;
  }

 private:
  std::string quoted() {
    rest_.remove_prefix(1);
    const auto end = rest_.find('"');
    if (end == std::string_view::npos) refuse("\"" + std::string(rest_), "the quotation mark is not closed");
    std::string value(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return value;
  }

  std::string word() {
    const auto end = static_cast<std::size_t>(std::ranges::find_if(rest_, is_blank) - rest_.begin());
    std::string value(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return value;
  }

  std::string_view rest_;
};

std::optional<Field> field_of(std::string_view key) {
  constexpr std::array<std::pair<std::string_view, Field>, 5> kFields{{{"", Field::kAnywhere},
                                                                       {"from", Field::kFrom},
                                                                       {"to", Field::kTo},
                                                                       {"subject", Field::kSubject},
                                                                       {"filename", Field::kFilename}}};
  for (const auto& [name, field] : kFields) {
    if (name == key) return field;
  }
  return std::nullopt;
}

/// What the index cuts words from; of other scripts it decides.
bool has_word(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80; });
}

Term read_term(const Piece& piece, Field field) {
  Term term{field, piece.value, false, piece.exclude};
  if (!piece.quoted && term.text.ends_with('*')) {
    term.prefix = true;
    while (term.text.ends_with('*')) term.text.pop_back();
  }
  if (!has_word(term.text)) refuse(piece.text(), "has no letter or digit to look for");
  return term;
}

Instant read_instant(const Piece& piece, Instant now) {
  const auto at = parse_instant(piece.value, now);
  if (!at) refuse(piece.text(), "is no time: write 2026-11-22, 2026-11-22T10:15, yesterday or 3d-ago");
  return *at;
}

/// on: of a year, a month, or the day of any other instant.
void narrow_to(const Piece& piece, Instant now, Query& query) {
  constexpr std::int64_t kDay = 86400 * kMicrosPerSecond;
  const auto at = read_instant(piece, now);
  const bool digits = std::ranges::all_of(piece.value, [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
  const auto named = digits ? piece.value.size() : 0;
  const auto start_of = [](Instant inside, std::size_t length) {
    return parse_instant(instant_text(inside).substr(0, length), inside).value_or(inside);
  };
  auto start = start_of(at, 10);
  Instant end{start.value + kDay};
  if (named == 4 || named == 7) {
    start = at;
    end = start_of(Instant{at.value + (named == 4 ? 366 : 31) * kDay},
                   named);  // Some day of the next one, then its start.
  }
  query.after = std::max(query.after, start);
  query.before = std::min(query.before, end);
}

std::uint64_t read_size(const Piece& piece) {
  std::string_view text = piece.value;
  std::uint64_t unit = 1;
  for (const std::string_view end : {"ib", "b"}) {
    if (text.size() > end.size() && same_letters(text.substr(text.size() - end.size()), end)) {
      text.remove_suffix(end.size());
      break;
    }
  }
  constexpr std::string_view kUnits = "kmgt";
  if (const auto at = text.empty() ? std::string_view::npos : kUnits.find(lower_case(text.back()));
      at != std::string_view::npos) {
    unit = std::uint64_t{1} << (10 * (at + 1));
    text.remove_suffix(1);
  }
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = failed == std::errc{} && end == text.data() + text.size();
  if (!whole || number > std::numeric_limits<std::int64_t>::max() / unit) {
    refuse(piece.text(), "is no size: write 1500, 20k, 5M or 1G");
  }
  return number * unit;
}

/// A property that a message has or has not, said once.
void settle(const Piece& piece, std::optional<bool>& property) {
  if (property && *property == piece.exclude) refuse(piece.text(), "the query says the contrary too");
  property = !piece.exclude;
}

void read_property(const Piece& piece, Query& query) {
  const auto value = lower_case(piece.value);
  if (value == "deleted") return settle(piece, query.deleted);
  if (value == "unread") return settle(piece, query.unread);
  if (value == "flagged") return settle(piece, query.flagged);
  refuse(piece.text(), "is not known: write is:deleted, is:unread or is:flagged");
}

void read_folder(const Piece& piece, Query& query) {
  auto folder = piece.value;
  while (folder.ends_with('/')) folder.pop_back();
  if (folder.empty()) refuse(piece.text(), "names no folder");
  (piece.exclude ? query.not_folders : query.folders).push_back(std::move(folder));
}

/// before:, after:, on:, larger:, smaller:. False: none of them.
bool read_bound(const Piece& piece, Instant now, Query& query) {
  const auto& key = piece.key;
  if (key != "before" && key != "after" && key != "on" && key != "larger" && key != "smaller") return false;
  if (piece.exclude) refuse(piece.text(), "cannot be excluded: say what is wanted instead");
  if (key == "before") query.before = std::min(query.before, read_instant(piece, now));
  if (key == "after") query.after = std::max(query.after, read_instant(piece, now));
  if (key == "on") narrow_to(piece, now, query);
  if (key == "larger") query.larger = std::max(query.larger, read_size(piece));
  if (key == "smaller") query.smaller = std::min(query.smaller, read_size(piece));
  return true;
}

void read_piece(const Piece& piece, Instant now, Query& query) {
  if (piece.value.empty()) refuse(piece.text(), "says nothing to look for");
  if (const auto field = field_of(piece.key)) {
    query.terms.push_back(read_term(piece, *field));
  } else if (piece.key == "has") {
    const auto value = lower_case(piece.value);
    if (value != "attachment" && value != "attachments") refuse(piece.text(), "is not known: write has:attachment");
    settle(piece, query.attachment);
  } else if (piece.key == "is") {
    read_property(piece, query);
  } else if (piece.key == "in") {
    read_folder(piece, query);
  } else if (!read_bound(piece, now, query)) {
    refuse(piece.text(), std::string(kKnown) + "; put it in quotation marks to look for these very words");
  }
}

}  // namespace

Query parse_query(std::string_view text, Instant now) {
  if (text.size() > kLongestQuery) throw Error(Errc::kUsage, "the query is longer than 4096 bytes");
  if (text.find('\0') != std::string_view::npos) throw Error(Errc::kUsage, "a NUL byte in the query");
  Query query;
  Cutter cutter(text);
  bool any = false;
  while (const auto piece = cutter.next()) {
    read_piece(*piece, now, query);
    any = true;
  }
  if (!any) throw Error(Errc::kUsage, "an empty query: write words, or as from:bob after:2026-11-01");
  return query;
}

}  // namespace yestermail
