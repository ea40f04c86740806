// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/control_messages.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>
#include "tools/arguments.h"

namespace yestermail {
namespace {

template <class Struct>
struct Field {
  const char* name;
  std::uint64_t Struct::*member;
};

constexpr std::array<Field<ScanReport>, 17> kReportFields{{
    {"accounts_seen", &ScanReport::accounts_seen},
    {"accounts_failed", &ScanReport::accounts_failed},
    {"accounts_added", &ScanReport::accounts_added},
    {"accounts_ended", &ScanReport::accounts_ended},
    {"items_arrived", &ScanReport::items_arrived},
    {"items_changed", &ScanReport::items_changed},
    {"items_renamed", &ScanReport::items_renamed},
    {"items_moved", &ScanReport::items_moved},
    {"items_touched", &ScanReport::items_touched},
    {"items_deleted", &ScanReport::items_deleted},
    {"items_unchanged", &ScanReport::items_unchanged},
    {"items_failed", &ScanReport::items_failed},
    {"items_refused", &ScanReport::items_refused},
    {"unconfirmed", &ScanReport::unconfirmed},
    {"directories_listed", &ScanReport::directories_listed},
    {"directories_unchanged", &ScanReport::directories_unchanged},
    {"bytes_read", &ScanReport::bytes_read},
}};

constexpr std::array<Field<ScanTally>, 5> kTallyFields{{
    {"accounts_total", &ScanTally::accounts_total},
    {"accounts_planned", &ScanTally::accounts_planned},
    {"items_planned", &ScanTally::items_planned},
    {"items_done", &ScanTally::items_done},
    {"bytes_done", &ScanTally::bytes_done},
}};

constexpr std::array<std::pair<Errc, std::string_view>, 10> kCodes{{
    {Errc::kFailed, "failed"},
    {Errc::kUsage, "usage"},
    {Errc::kDamage, "damage"},
    {Errc::kLocked, "locked"},
    {Errc::kPartial, "partial"},
    {Errc::kNotFound, "not_found"},
    {Errc::kNoSpace, "no_space"},
    {Errc::kUnsupported, "unsupported"},
    {Errc::kIo, "io"},
    {Errc::kReadOnly, "read_only"},
}};

bool read_scan_member(ScanOptions& options, const std::string& key, const Json& value) {
  if (key == "accounts") {
    options.accounts = texts_of(value);
  } else if (key == "exclude") {
    options.exclude = texts_of(value);
  } else if (key == "full") {
    options.full = value.get<bool>();
  } else if (key == "threads") {
    options.threads = threads_of(value);
  } else {
    return false;
  }
  return true;
}

/// A member of a request that has to be a text. `known`: the members that there may be besides "do".
std::string text_member(const Json& request, const char* name, std::span<const std::string_view> known) {
  read_members(request, [&](const std::string& key, const Json& /*value*/) {
    return std::find(known.begin(), known.end(), key) != known.end();
  });
  const auto found = request.find(name);
  if (found == request.end() || !found->is_string()) {
    throw Error(Errc::kUsage, std::string("the request has no text \"") + name + "\"");
  }
  return bytes_of_json_text(found->get<std::string>());
}

}  // namespace

void read_members(const Json& request, const std::function<bool(const std::string& key, const Json& value)>& read) {
  for (const auto& [key, value] : request.items()) {
    if (key == "do") continue;
    try {
      if (read(key, value)) continue;
    } catch (const Json::exception&) {
      throw Error(Errc::kUsage, "\"" + printable(key) + "\" is of a wrong type");
    }
    throw Error(Errc::kUsage, "\"" + printable(key) + "\" is not known in this request");
  }
}

Json texts_json(const std::vector<std::string>& texts) {
  Json json = Json::array();
  for (const auto& text : texts) json.push_back(json_text(text));
  return json;
}

std::vector<std::string> texts_of(const Json& json) {
  std::vector<std::string> texts;
  if (!json.is_array()) throw Error(Errc::kUsage, "a list of texts is expected");
  for (const auto& text : json) texts.push_back(bytes_of_json_text(text.get<std::string>()));
  return texts;
}

unsigned threads_of(const Json& value) {
  // A number is checked before it is narrowed.
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMostThreads) {
    throw Error(Errc::kUsage, "\"threads\" is no number up to " + std::to_string(kMostThreads));
  }
  return value.get<unsigned>();
}

Json scan_request_json(const ScanOptions& options) {
  return {{"do", "scan"},
          {"accounts", texts_json(options.accounts)},
          {"exclude", texts_json(options.exclude)},
          {"full", options.full},
          {"threads", options.threads}};
}

ScanOptions scan_request(const Json& request) {
  ScanOptions options;
  read_members(request,
               [&](const std::string& key, const Json& value) { return read_scan_member(options, key, value); });
  return options;
}

Json tally_json(const ScanTally& tally) {
  Json json = Json::object();
  for (const auto& [name, member] : kTallyFields) json[name] = tally.*member;
  json["planned_all"] = tally.planned_all;
  return json;
}

ScanTally tally_of(const Json& json) {
  ScanTally tally;
  for (const auto& [name, member] : kTallyFields) tally.*member = json.value(name, std::uint64_t{0});
  tally.planned_all = json.value("planned_all", false);
  return tally;
}

Json scan_report_json(const ScanReport& report) {
  Json json = Json::object();
  for (const auto& [name, member] : kReportFields) json[name] = report.*member;
  json["failures_total"] = report.failures_total;
  json["failures"] = texts_json(report.failures);
  return json;
}

ScanReport scan_report_of(const Json& json) {
  ScanReport report;
  for (const auto& [name, member] : kReportFields) report.*member = json.at(name).get<std::uint64_t>();
  report.failures_total = json.at("failures_total").get<std::uint64_t>();
  report.failures = texts_of(json.at("failures"));
  return report;
}

Json put_setting_json(const Setting& setting, Existing existing) {
  return {{"do", "put_setting"},
          {"name", json_text(setting.name)},
          {"text", json_text(encode_fields(setting.fields))},
          {"replace", existing == Existing::kReplace}};
}

std::pair<Setting, Existing> put_setting_request(const Json& request) {
  static constexpr std::array<std::string_view, 3> kKnown{"name", "text", "replace"};
  Setting setting;
  setting.name = text_member(request, "name", kKnown);
  const auto text = text_member(request, "text", kKnown);
  const auto replace = request.find("replace");
  if (replace != request.end() && !replace->is_boolean()) {
    throw Error(Errc::kUsage, "\"replace\" is of a wrong type");
  }
  try {
    setting.fields = decode_fields(setting.name, text);
  } catch (const Error& error) {
    throw Error(Errc::kUsage, error.what());
  }
  const bool replaces = replace != request.end() && replace->get<bool>();
  return {setting, replaces ? Existing::kReplace : Existing::kRefuse};
}

Json remove_setting_json(std::string_view name) { return {{"do", "remove_setting"}, {"name", json_text(name)}}; }

std::string remove_setting_request(const Json& request) {
  static constexpr std::array<std::string_view, 1> kKnown{"name"};
  return text_member(request, "name", kKnown);
}

Json error_json(const Error& error) {
  std::string_view code = "failed";
  for (const auto& [value, name] : kCodes) {
    if (value == error.code()) code = name;
  }
  return {{"code", code}, {"text", json_text(error.what())}};
}

Error error_of(const Json& json) {
  auto code = Errc::kFailed;
  for (const auto& [value, name] : kCodes) {
    if (name == json.at("code").get<std::string>()) code = value;
  }
  return {code, bytes_of_json_text(json.at("text").get<std::string>())};
}

}  // namespace yestermail
