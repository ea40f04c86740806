// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/modified_utf7.h"

#include <cstdint>
#include <vector>

namespace yestermail {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

void put_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xc0U | (c >> 6U));
    byte(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    byte(0xe0U | (c >> 12U));
    byte(0x80U | ((c >> 6U) & 0x3fU));
    byte(0x80U | (c & 0x3fU));
  } else {
    byte(0xf0U | (c >> 18U));
    byte(0x80U | ((c >> 12U) & 0x3fU));
    byte(0x80U | ((c >> 6U) & 0x3fU));
    byte(0x80U | (c & 0x3fU));
  }
}

std::optional<std::vector<std::uint16_t>> units_of(std::string_view base64) {
  std::vector<std::uint16_t> units;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : base64) {
    const auto value = kBase64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 16) continue;
    count -= 16;
    units.push_back(static_cast<std::uint16_t>(bits >> count));
    bits &= (1U << count) - 1;
  }
  if (count >= 6 || bits != 0) return std::nullopt;
  return units;
}

bool put_units(std::string& out, const std::vector<std::uint16_t>& units) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    std::uint32_t c = units[i];
    if (c >= 0xdc00 && c <= 0xdfff) return false;
    if (c >= 0xd800 && c <= 0xdbff) {
      if (++i == units.size() || units[i] < 0xdc00 || units[i] > 0xdfff) return false;
      c = 0x10000 + ((c - 0xd800) << 10U) + (units[i] - 0xdc00U);
    }
    put_utf8(out, c);
  }
  return true;
}

}  // namespace

std::optional<std::string> decode_modified_utf7(std::string_view raw) {
  std::string out;
  while (!raw.empty()) {
    const char c = raw.front();
    if (c < 0x20 || c > 0x7e) return std::nullopt;
    raw.remove_prefix(1);
    if (c != '&') {
      out += c;
      continue;
    }
    const auto end = raw.find('-');
    if (end == std::string_view::npos) return std::nullopt;
    if (end == 0) {
      out += '&';
    } else {
      const auto units = units_of(raw.substr(0, end));
      if (!units || !put_units(out, *units)) return std::nullopt;
    }
    raw.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace yestermail
