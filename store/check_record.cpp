// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_record.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/instant_text.h"

namespace yestermail {
namespace {

using Json = nlohmann::json;

constexpr const char* kName = "checked";

Instant instant_of(const Json& json) {
  return parse_instant(json.at("at").get<std::string>(), Instant{}).value_or(Instant{});
}

CheckLevel level_of(const Json& json) {
  const auto level = json.at("level").get<unsigned>();
  if (level < 1 || level > static_cast<unsigned>(kLastCheckLevel)) throw Error(Errc::kDamage, "no such level");
  return static_cast<CheckLevel>(level);
}

CheckRecord decode(const Json& json) {
  CheckRecord record;
  for (const auto& [hex, one] : json.at("accounts").items()) {
    if (const auto account = Uuid::from_hex(hex)) {
      record.accounts[*account] = {instant_of(one), Lsn{one.at("last").get<std::uint64_t>()}};
    }
  }
  for (const auto& [hex, one] : json.at("packs").items()) {
    if (const auto pack = Digest::from_hex(hex)) record.packs[*pack] = {instant_of(one), level_of(one)};
  }
  if (const auto last = json.find("last"); last != json.end() && !last->is_null()) {
    record.last = {instant_of(*last), level_of(*last), last->at("damaged").get<bool>()};
  }
  return record;
}

}  // namespace

CheckRecord read_check_record(Filesystem& disk, const Layout& layout) {
  const auto path = layout.store() + "/" + kName;
  try {
    if (!disk.exists(path)) return {};
    return decode(Json::parse(as_text(read_file(disk, path))));
  } catch (const std::exception&) {  // It is only a help: without it all is checked.
    return {};
  }
}

void write_check_record(Filesystem& disk, const Layout& layout, const CheckRecord& record) {
  Json json{{"accounts", Json::object()}, {"packs", Json::object()}, {"last", nullptr}};
  for (const auto& [account, one] : record.accounts) {
    json["accounts"][account.hex()] = {{"at", instant_text(one.at)}, {"last", one.last.value}};
  }
  for (const auto& [pack, one] : record.packs) {
    json["packs"][pack.hex()] = {{"at", instant_text(one.at)}, {"level", static_cast<unsigned>(one.level)}};
  }
  if (record.last) {
    json["last"] = {{"at", instant_text(record.last->at)},
                    {"level", static_cast<unsigned>(record.last->level)},
                    {"damaged", record.last->damaged}};
  }
  write_durably(disk, layout.store(), kName, as_bytes(json.dump(1) + "\n"));
}

}  // namespace yestermail
