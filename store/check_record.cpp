// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/instant_text.h"
#include "store/check_state_json.h"

namespace yestermail {
namespace {

using UnorderedJson = nlohmann::json;

constexpr const char* kName = "checked";

Instant instant_of(const UnorderedJson& json) {
  return parse_instant(json.at("at").get<std::string>(), Instant{}).value_or(Instant{});
}

CheckLevel level_of(const UnorderedJson& json) {
  const auto level = json.at("level").get<unsigned>();
  if (level < 1 || level > static_cast<unsigned>(kLastCheckLevel)) throw Error(Errc::kDamage, "no such level");
  return static_cast<CheckLevel>(level);
}

std::optional<LastCheck> last_of(const UnorderedJson& json, const char* name) {
  const auto last = json.find(name);
  if (last == json.end() || last->is_null()) return std::nullopt;
  return LastCheck{instant_of(*last), level_of(*last), last->at("damaged").get<bool>()};
}

CheckRecord decode_record(const UnorderedJson& json) {
  CheckRecord record;
  for (const auto& [hex, one] : json.at("accounts").items()) {
    if (const auto account = Uuid::from_hex(hex)) {
      record.accounts[*account] = {instant_of(one), Lsn{one.at("last").get<std::uint64_t>()}};
    }
  }
  for (const auto& [hex, one] : json.at("packs").items()) {
    if (const auto pack = Digest::from_hex(hex)) record.packs[*pack] = {instant_of(one), level_of(one)};
  }
  record.state.last = last_of(json, "last");
  record.state.damage = last_of(json, "damage");
  if (const auto found = json.find("unfinished"); found != json.end() && !found->is_null()) {
    record.state.unfinished = {instant_of(*found), level_of(*found), found->at("stopped").get<bool>(),
                               found->at("left").get<std::uint64_t>()};
  }
  return record;
}

}  // namespace

CheckRecord read_check_record(Filesystem& disk, const Layout& layout) {
  const auto path = layout.store() + "/" + kName;
  try {
    if (!disk.exists(path)) return {};
    return decode_record(UnorderedJson::parse(as_text(read_file(disk, path))));
  } catch (const std::exception&) {  // It is only a help: without it all is checked.
    return {};
  }
}

void write_check_record(Filesystem& disk, const Layout& layout, const CheckRecord& record) {
  auto json = UnorderedJson::parse(check_state_json(record.state));
  json["accounts"] = UnorderedJson::object();
  json["packs"] = UnorderedJson::object();
  for (const auto& [account, one] : record.accounts) {
    json["accounts"][account.hex()] = {{"at", instant_text(one.at)}, {"last", one.last.value}};
  }
  for (const auto& [pack, one] : record.packs) {
    json["packs"][pack.hex()] = {{"at", instant_text(one.at)}, {"level", static_cast<unsigned>(one.level)}};
  }
  write_durably(disk, layout.store(), kName, as_bytes(json.dump(1) + "\n"));
}

bool has_seen_packs(const CheckRecord& record, const std::vector<std::string>& names, Instant since, CheckLevel level) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& text) {
    const auto name = parse_pack_name(text);
    if (!name) return true;
    const auto found = record.packs.find(*name);
    return found != record.packs.end() && found->second.at >= since && found->second.level >= level;
  });
}

}  // namespace yestermail
