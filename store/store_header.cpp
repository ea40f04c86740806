// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_header.h"

#include <charconv>
#include <sstream>

#include "base/checksum.h"
#include "base/error.h"
#include "base/instant_text.h"

namespace yestermail {
namespace {

constexpr std::size_t kCopyBytes = 4096;
constexpr std::string_view kFirstLine = "yestermail store";
constexpr int kFormat = 1;

std::string block(const StoreHeader& header) {
  std::string text = std::string(kFirstLine) + "\nformat " + std::to_string(kFormat) + "\nid " + header.id.hex() +
                     "\npool " + std::string(pool_scope_text(header.pool)) + "\ncreated " +
                     instant_text(header.created) + "\n";
  text += "checksum " + hex16(checksum(as_bytes(text))) + "\n";
  text.resize(kCopyBytes, '\n');
  return text;
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::optional<StoreHeader> parse_block(std::string_view text, const std::string& path) {
  const auto mark = text.find("\nchecksum ");
  if (!text.starts_with(kFirstLine) || mark == std::string_view::npos || text.size() < mark + 26) return std::nullopt;
  const auto summed = text.substr(0, mark + 1);
  if (text.substr(mark + 10, 16) != hex16(checksum(as_bytes(summed)))) return std::nullopt;
  StoreHeader header;
  auto rest = summed;
  take_line(rest);
  while (!rest.empty()) {
    const auto line = take_line(rest);
    const auto space = std::min(line.find(' '), line.size());
    const auto key = line.substr(0, space);
    const auto value = line.substr(std::min(space + 1, line.size()));
    bool known = key == "created";
    if (key == "pool") {
      const auto scope = parse_pool_scope(value);
      known = scope.has_value();
      header.pool = scope.value_or(PoolScope::kStore);
    }
    if (key == "format") known = value == std::to_string(kFormat);
    if (key == "id") {
      const auto id = Uuid::from_hex(value);
      known = id.has_value();
      if (id) header.id = *id;
    }
    if (!known) {
      throw Error(Errc::kUnsupported,
                  path + ": \"" + printable(line) + "\" needs a newer yestermail than this; nothing was changed");
    }
    if (key == "created") header.created = parse_instant(value, Instant{}).value_or(Instant{});
  }
  return header;
}

}  // namespace

Bytes encode_store_header(const StoreHeader& header) { return to_bytes(block(header) + block(header)); }

StoreHeader read_store_header(Filesystem& disk, const Layout& layout) {
  if (!disk.exists(layout.store())) {
    throw Error(Errc::kNotFound, layout.store() + ": no such directory; yestermail init makes a store");
  }
  if (!disk.exists(layout.header())) {
    throw Error(Errc::kNotFound, layout.store() + ": not a store (it has no file " + Layout::kHeaderName +
                                     "); yestermail init makes one");
  }
  const auto bytes = read_file(disk, layout.header(), 1U << 20U);
  const auto text = as_text(bytes);
  for (std::size_t copy = 0; copy * kCopyBytes < text.size(); ++copy) {
    if (const auto header = parse_block(text.substr(copy * kCopyBytes), layout.header())) return *header;
  }
  throw Error(Errc::kDamage, layout.header() + ": damaged, both copies; put it back from a copy of the store");
}

Bytes encode_settings(const StoreSettings& settings) {
  std::string text =
      "# What this store records, and how. Lines: source = SPEC, account = PATTERN, exclude = PATTERN,\n"
      "# compression = none or 1 to 19 (6), threads = N (one a processor)\n";
  for (const auto& source : settings.sources) text += "source = " + source + "\n";
  for (const auto& account : settings.accounts) text += "account = " + account + "\n";
  for (const auto& pattern : settings.exclude) text += "exclude = " + pattern + "\n";
  if (settings.compression) {
    text += "compression = " + (*settings.compression == 0 ? "none" : std::to_string(*settings.compression)) + "\n";
  }
  if (settings.threads > 0) text += "threads = " + std::to_string(settings.threads) + "\n";
  return to_bytes(text);
}

namespace {

std::optional<unsigned> parse_number(std::string_view text, unsigned least, unsigned most) {
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
  return number;
}

/// False: not a setting, or not a value for it.
bool take_setting(std::string_view key, const std::string& value, StoreSettings& settings) {
  if (auto* list = key == "source"    ? &settings.sources
                   : key == "account" ? &settings.accounts
                   : key == "exclude" ? &settings.exclude
                                      : nullptr) {
    list->push_back(value);
    return true;
  }
  if (key == "threads") {
    const auto threads = parse_number(value, 1, 1024);
    settings.threads = threads.value_or(0);
    return threads.has_value();
  }
  if (key != "compression") return false;
  const auto level = value == "none" ? std::optional<unsigned>(0) : parse_number(value, 1, 19);
  if (level) settings.compression = static_cast<int>(*level);
  return level.has_value();
}

}  // namespace

StoreSettings read_settings(Filesystem& disk, const Layout& layout) {
  StoreSettings settings;
  if (!disk.exists(layout.settings())) return settings;
  const auto bytes = read_file(disk, layout.settings(), 16U << 20U);
  auto rest = as_text(bytes);
  for (int number = 1; !rest.empty(); ++number) {
    const auto line = take_line(rest);
    const auto start = line.find_first_not_of(" \t\r");
    if (start == std::string_view::npos || line[start] == '#') continue;
    const auto equals = line.find('=');
    const auto key = line.substr(start, line.find_first_of(" \t=", start) - start);
    auto value = equals == std::string_view::npos ? std::string_view{} : line.substr(equals + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    while (!value.empty() && (value.back() == '\r' || value.back() == ' ')) value.remove_suffix(1);
    if (equals == std::string_view::npos || !take_setting(key, std::string(value), settings)) {
      throw Error(Errc::kUsage,
                  layout.settings() + ": line " + std::to_string(number) +
                      " is not \"source = …\", \"account = …\", \"exclude = …\", \"compression = …\" (none, or"
                      " 1 to 19) or \"threads = …\" (1 to 1024)");
    }
  }
  return settings;
}

}  // namespace yestermail
