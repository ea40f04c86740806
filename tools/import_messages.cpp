// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/import_messages.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/json_text.h"
#include "tools/control_messages.h"

namespace yestermail {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t ImportTally::*>, 8> kSums{{
    {"accounts", &ImportTally::accounts},
    {"recorded", &ImportTally::recorded},
    {"already_there", &ImportTally::present},
    {"skipped", &ImportTally::skipped},
    {"failed", &ImportTally::failed},
    {"damaged", &ImportTally::damaged},
    {"directories", &ImportTally::directories},
    {"bytes", &ImportTally::bytes},
}};

constexpr std::array<std::pair<std::string_view, ImportFate>, 4> kFates{{
    {"recorded", ImportFate::kRecorded},
    {"already there", ImportFate::kPresent},
    {"skipped", ImportFate::kSkipped},
    {"failed", ImportFate::kFailed},
}};

std::string bytes_in(const Json& text) { return bytes_of_json_text(text.get<std::string>()); }

bool read_import_member(ImportRequest& to, const std::string& key, const Json& value) {
  if (key == "from") {
    to.from = bytes_in(value);
  } else if (key == "at") {
    to.at = Instant{value.get<std::int64_t>()};
  } else if (key == "accounts") {
    to.order.accounts = texts_of(value);
  } else if (key == "names") {
    for (const auto& pair : value) to.order.names.emplace(bytes_in(pair.at(0)), bytes_in(pair.at(1)));
  } else if (key == "threads") {
    to.order.threads = threads_of(value);
  } else {
    return false;
  }
  return true;
}

}  // namespace

Json import_request_json(const ImportRequest& request) {
  Json json{{"do", "import"}, {"from", json_text(request.from)}, {"threads", request.order.threads}};
  json["accounts"] = texts_json(request.order.accounts);
  json["names"] = Json::array();
  for (const auto& [there, here] : request.order.names) {
    json["names"].push_back(Json::array({json_text(there), json_text(here)}));
  }
  if (request.at != kForever) json["at"] = request.at.value;
  return json;
}

ImportRequest import_request_of(const Json& request) {
  ImportRequest wanted;
  read_members(request,
               [&](const std::string& key, const Json& value) { return read_import_member(wanted, key, value); });
  const auto path = wanted.from.starts_with("maildir:") ? wanted.from.substr(wanted.from.find(':') + 1) : wanted.from;
  if (!path.starts_with('/')) throw Error(Errc::kUsage, "an import needs \"from\": a path from the root");
  return wanted;
}

std::string_view import_fate_text(ImportFate fate) {
  for (const auto& [text, known] : kFates) {
    if (known == fate) return text;
  }
  return {};
}

Json import_note_json(const ImportNote& note) {
  Json json{
      {"what", import_fate_text(note.fate)}, {"account", json_text(note.account)}, {"path", json_text(note.path)}};
  if (!note.why.empty()) json["why"] = json_text(note.why);
  return json;
}

ImportNote import_note_of(const Json& json) {
  ImportNote note;
  for (const auto& [text, fate] : kFates) {
    if (json.at("what").get<std::string_view>() == text) note.fate = fate;
  }
  note.account = bytes_in(json.at("account"));
  note.path = bytes_in(json.at("path"));
  note.why = bytes_of_json_text(json.value("why", ""));
  return note;
}

Json import_tally_json(const ImportTally& tally) {
  Json json = Json::object();
  for (const auto& [name, sum] : kSums) json[std::string(name)] = tally.*sum;
  return json;
}

ImportTally import_tally_of(const Json& json) {
  ImportTally tally;
  for (const auto& [name, sum] : kSums) tally.*sum = json.at(std::string(name)).get<std::uint64_t>();
  return tally;
}

}  // namespace yestermail
