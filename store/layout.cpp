// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/layout.h"

#include <array>
#include <charconv>

namespace yestermail {
namespace {

std::optional<std::uint64_t> parse_hex16(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (failed != std::errc{} || end != text.data() + text.size() || hex16(value) != text) return std::nullopt;
  return value;
}

bool strip_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

}  // namespace

std::string hex16(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number >>= 4U) *digit = kDigits[number & 15U];
  return text;
}

std::string Layout::segment(std::uint64_t number) const { return journal() + "/" + hex16(number) + ".journal"; }

std::string Layout::account_directory(const Uuid& account) {
  if (account.is_zero()) return "server";
  const auto hex = account.hex();
  return "accounts/" + hex.substr(0, 2) + "/" + hex;
}

std::string log_name_text(const LogName& name) {
  return hex16(name.from.value) + "-" + hex16(name.to.value) + "-" + name.digest.hex() + ".log";
}

std::optional<LogName> parse_log_name(std::string_view text) {
  if (!strip_suffix(text, ".log") || text.size() != 16 + 1 + 16 + 1 + 64 || text[16] != '-' || text[33] != '-') {
    return std::nullopt;
  }
  const auto from = parse_hex16(text.substr(0, 16));
  const auto to = parse_hex16(text.substr(17, 16));
  const auto digest = Digest::from_hex(text.substr(34));
  if (!from || !to || !digest) return std::nullopt;
  return LogName{Lsn{*from}, Lsn{*to}, *digest};
}

std::optional<Digest> parse_pack_name(std::string_view text) {
  return strip_suffix(text, ".pack") ? Digest::from_hex(text) : std::nullopt;
}

std::optional<std::uint64_t> parse_segment_name(std::string_view text) {
  return strip_suffix(text, ".journal") ? parse_hex16(text) : std::nullopt;
}

}  // namespace yestermail
