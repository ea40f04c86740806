// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/safe_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace yestermail {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

template <std::size_t N>
bool in_any(const std::array<Range, N>& ranges, std::uint32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

/// White space and what separates lines (Unicode 15, White_Space).
constexpr std::array<Range, 8> kSpaces{{{0x09, 0x0d},
                                        {0x20, 0x20},
                                        {0x85, 0x85},
                                        {0xa0, 0xa0},
                                        {0x1680, 0x1680},
                                        {0x2000, 0x200a},
                                        {0x2028, 0x2029},
                                        {0x202f, 0x202f}}};

/// Bidi controls and characters without width or look (Default_Ignorable, without the joiners that scripts need).
constexpr std::array<Range, 11> kInvisible{{{0xad, 0xad},
                                            {0x061c, 0x061c},
                                            {0x115f, 0x1160},
                                            {0x180e, 0x180e},
                                            {0x200b, 0x200b},
                                            {0x200e, 0x200f},
                                            {0x202a, 0x202e},
                                            {0x2060, 0x206f},
                                            {0xfeff, 0xfeff},
                                            {0xfff0, 0xfffb},
                                            {0xe0000, 0xe0fff}}};

/// Controls, private use and non-characters.
constexpr std::array<Range, 5> kForbidden{
    {{0x00, 0x1f}, {0x7f, 0x9f}, {0xe000, 0xf8ff}, {0xfdd0, 0xfdef}, {0xf0000, 0x10ffff}}};

/// Marks that belong to the character before them.
constexpr std::array<Range, 9> kCombining{{{0x0300, 0x036f},
                                           {0x0483, 0x0489},
                                           {0x0591, 0x05bd},
                                           {0x064b, 0x065f},
                                           {0x1ab0, 0x1aff},
                                           {0x1dc0, 0x1dff},
                                           {0x20d0, 0x20ff},
                                           {0xfe00, 0xfe0f},
                                           {0xfe20, 0xfe2f}}};

constexpr std::uint32_t kZeroWidthNonJoiner = 0x200c;
constexpr std::uint32_t kZeroWidthJoiner = 0x200d;

bool is_forbidden(std::uint32_t c) { return c == '/' || in_any(kForbidden, c) || (c & 0xfffeU) == 0xfffeU; }

/// What stands in a portable name for a character that only Linux takes; the character itself if that is everybody's.
/// `ends_word`: white space or the end follows, as in "Re: Why?".
std::string_view portable(std::string_view c, bool ends_word) {
  if (c == "\"") return "'";
  if (c == "<") return "(";
  if (c == ">") return ")";
  if (c == "\\" || c == "|" || c == "*") return "_";
  if (c == ":" || c == "?") return ends_word ? "" : "_";
  return c;
}

bool joins_the_one_before(std::uint32_t c) {
  return c == kZeroWidthJoiner || c == kZeroWidthNonJoiner || in_any(kCombining, c) || (c >= 0x1f3fb && c <= 0x1f3ff);
}

/// Where the character before `at` begins.
std::size_t previous(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U);
  return at;
}

}  // namespace

std::string safe_text(std::string_view bytes, Charset charset) {
  constexpr int kMostMarks = 4;
  std::string out;
  bool space = false;
  int marks = 0;
  const auto put = [&](std::string_view piece) {
    if (space && !out.empty()) out += ' ';
    space = false;
    out += piece;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const auto [length, c] = utf8_sequence(bytes.substr(at));
    const auto piece = bytes.substr(at, std::max<std::size_t>(length, 1));
    at += piece.size();
    if (length != 0 && in_any(kSpaces, c)) {
      space = true;
    } else if (length != 0 && in_any(kInvisible, c)) {
      continue;
    } else if (length == 0 || is_forbidden(c)) {
      put("_");
    } else if (joins_the_one_before(c)) {
      if (++marks <= kMostMarks && !out.empty() && !space) out += piece;
      continue;
    } else if (charset == Charset::kPosix) {
      put(piece);
    } else if (const auto shown = portable(piece, at == bytes.size() || bytes[at] == ' '); !shown.empty()) {
      put(shown);
    }
    marks = 0;
  }
  return out;
}

std::string_view cut_text(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  auto end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  while (end > 0) {
    const auto before = previous(text, end);
    if (!joins_the_one_before(utf8_sequence(text.substr(end)).code_point) &&
        utf8_sequence(text.substr(before)).code_point != kZeroWidthJoiner) {
      break;
    }
    end = before;
  }
  return text.substr(0, end);
}

std::string_view without_trailing_dots(std::string_view text) {
  const auto last = text.find_last_not_of(" .");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

bool is_entry_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestEntryName && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

}  // namespace yestermail
