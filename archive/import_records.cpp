// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/import_records.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/instant_text.h"
#include "base/json_text.h"

namespace yestermail {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

/// Nothing where it is no object. Nested deep, it would take the stack: nothing of ours is.
std::optional<Json> object_of(std::string_view text) {
  constexpr int kDeepest = 8;
  bool deep = false;
  auto json = Json::parse(
      text,
      [&](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
        deep = deep || depth > kDeepest;
        return true;
      },
      false);
  if (json.is_discarded() || deep || !json.is_object()) return std::nullopt;
  return json;
}

std::string text_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? bytes_of_json_text(found->get<std::string>()) : std::string();
}

std::optional<Instant> instant_in(const Json& json, const char* name) {
  return parse_instant(text_in(json, name), Instant{0});
}

}  // namespace

ExportRecord read_export_record(std::string_view text, const std::string& archive) {
  const auto refuse = [&] {
    throw Error(Errc::kUsage, printable(archive) + ": is no archive of yestermail export: its export.json is none");
  };
  const auto json = object_of(text);
  if (!json || text_in(*json, "format") != "yestermail-export") refuse();
  const auto version = json->find("version");
  if (version == json->end() || !version->is_number_integer() || version->get<std::int64_t>() < 1) refuse();
  if (version->get<std::int64_t>() > kFormat) {
    throw Error(Errc::kUnsupported, printable(archive) + ": has version " +
                                        std::to_string(version->get<std::int64_t>()) +
                                        " of the archive's format, and this program knows " + std::to_string(kFormat) +
                                        ": import it with the version of Yestermail that wrote it, or a later one");
  }
  ExportRecord record;
  const auto store = Uuid::from_hex(text_in(*json, "store"));
  const auto at = instant_in(*json, "instant");
  const auto accounts = json->find("accounts");
  if (!store || !at || accounts == json->end() || !accounts->is_array()) refuse();
  record.store = *store;
  record.at = *at;
  record.history = json->value("history", Json(false)) == Json(true);
  for (const auto& each : *accounts) {
    const auto uuid = each.is_object() ? Uuid::from_hex(text_in(each, "uuid")) : std::nullopt;
    if (!uuid) refuse();
    record.accounts.push_back({text_in(each, "account"), *uuid, text_in(each, "directory")});
  }
  return record;
}

std::optional<Account> read_account_record(std::string_view text) {
  const auto json = object_of(text);
  if (!json) return std::nullopt;
  Account account;
  account.name = text_in(*json, "account");
  account.source = text_in(*json, "source");
  account.layout = text_in(*json, "layout");
  const auto uuid = Uuid::from_hex(text_in(*json, "uuid"));
  if (!uuid || (account.layout != "maildir++" && account.layout != "fs")) return std::nullopt;
  account.uuid = *uuid;
  account.since = instant_in(*json, "since").value_or(Instant{0});
  account.until = instant_in(*json, "until").value_or(kForever);
  return account;
}

std::optional<ListedFile> read_manifest_line(std::string_view line) {
  const auto json = object_of(line);
  if (!json) return std::nullopt;
  ListedFile file;
  file.path = text_in(*json, "path");
  const auto size = json->find("size");
  const auto digest = Digest::from_hex(text_in(*json, "sha256"));
  if (file.path.empty() || size == json->end() || !size->is_number_unsigned() || !digest) return std::nullopt;
  file.size = size->get<std::uint64_t>();
  file.digest = *digest;
  return file;
}

}  // namespace yestermail
