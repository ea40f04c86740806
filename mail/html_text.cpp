// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/html_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/ascii.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestEntity = 12;

struct Entity {
  std::string_view name;
  std::uint32_t code_point;
};
constexpr std::array<Entity, 14> kEntities{{{"amp", '&'},
                                            {"lt", '<'},
                                            {"gt", '>'},
                                            {"quot", '"'},
                                            {"apos", '\''},
                                            {"nbsp", ' '},
                                            {"euro", 0x20AC},
                                            {"ndash", 0x2013},
                                            {"mdash", 0x2014},
                                            {"lsquo", 0x2018},
                                            {"rsquo", 0x2019},
                                            {"ldquo", 0x201C},
                                            {"rdquo", 0x201D},
                                            {"hellip", 0x2026}}};

// Those of the letters from U+00C0 on.
constexpr std::array<std::string_view, 64> kLetters{
    "Agrave", "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",
    "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",  "agrave",
    "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",
    "igrave", "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",
    "divide", "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

// Within a word these make no difference.
constexpr std::array<std::string_view, 14> kInline{"a",    "abbr", "b",    "big",    "em",  "font", "i",
                                                   "mark", "s",    "span", "strong", "sub", "sup",  "u"};

void append_utf8(std::string& to, std::uint32_t code) {
  const auto tail = [&](unsigned shift) { to += static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xC0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    to += static_cast<char>(0xE0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    to += static_cast<char>(0xF0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::optional<std::uint32_t> number_of(std::string_view text) {
  int base = 10;
  if (text.starts_with('x') || text.starts_with('X')) {
    base = 16;
    text.remove_prefix(1);
  }
  std::uint32_t code = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), code, base);
  const bool character = code != 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
  if (failed != std::errc{} || end != text.data() + text.size() || !character) return std::nullopt;
  return code;
}

std::optional<std::uint32_t> entity_of(std::string_view name) {
  if (name.starts_with('#')) return number_of(name.substr(1));
  const auto* const found = std::ranges::find(kEntities, name, &Entity::name);
  if (found != kEntities.end()) return found->code_point;
  const auto* const letter = std::ranges::find(kLetters, name);
  if (letter == kLetters.end()) return std::nullopt;
  return 0xC0 + static_cast<std::uint32_t>(letter - kLetters.begin());
}

/// Reads on behind what it understood.
class Reader {
 public:
  explicit Reader(std::string_view html) : rest_(html) { text_.reserve(html.size() / 2); }

  std::string read() {
    while (!rest_.empty()) {
      if (rest_.front() == '<') {
        markup();
      } else if (rest_.front() == '&') {
        entity();
      } else {
        const auto end = std::min(rest_.find_first_of("<&"), rest_.size());
        text_ += rest_.substr(0, end);
        rest_.remove_prefix(end);
      }
    }
    return std::move(text_);
  }

 private:
  void skip_behind(std::string_view end) {
    const auto at = rest_.find(end);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  void keep() {
    text_ += rest_.front();
    rest_.remove_prefix(1);
  }

  void markup() {
    if (rest_.starts_with("<!--")) return skip_behind("-->");
    const bool closes = rest_.starts_with("</");
    const auto name_at = closes ? 2U : 1U;
    const char first = name_at < rest_.size() ? lower_case(rest_[name_at]) : ' ';
    if (first == '!' || first == '?') return skip_behind(">");
    if (first < 'a' || first > 'z') return keep();  // "a < b"
    const auto name_end = std::min(rest_.find_first_of(" \t\r\n/>", name_at), rest_.size());
    const auto name = lower_case(rest_.substr(name_at, std::min(name_end - name_at, kLongestEntity)));
    skip_behind(">");
    if (!closes && (name == "script" || name == "style")) return skip_element(name);
    if (std::ranges::find(kInline, name) == kInline.end()) text_ += ' ';
  }

  void skip_element(const std::string& name) {
    while (!rest_.empty()) {
      skip_behind("</");
      if (lower_case(rest_.substr(0, name.size())) == name) return skip_behind(">");
    }
  }

  void entity() {
    const auto end = rest_.substr(0, kLongestEntity).find(';');
    const auto code = end == std::string_view::npos ? std::nullopt : entity_of(rest_.substr(1, end - 1));
    if (!code) return keep();
    append_utf8(text_, *code);
    rest_.remove_prefix(end + 1);
  }

  std::string_view rest_;
  std::string text_;
};

}  // namespace

std::string html_text(std::string_view html) { return Reader(html).read(); }

}  // namespace yestermail
