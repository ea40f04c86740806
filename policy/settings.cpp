// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/settings.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "policy/setting_files.h"
#include "store/server_account.h"

namespace yestermail {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestText = 60U << 10U;

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/// The bytes that printable() made a text of.
std::string bytes_of(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text.substr(i).starts_with("\\x") && i + 3 < text.size() ? hex_value(text[i + 2]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 3]) : -1;
    bytes += low < 0 ? text[i] : static_cast<char>(high * 16 + low);
    if (low >= 0) i += 3;
  }
  return bytes;
}

[[noreturn]] void damaged(std::string_view name, const std::string& why) {
  throw Error(Errc::kDamage, "the setting \"" + printable(name) + "\" cannot be read: " + why + ": set it anew");
}

std::string read_text(View& view, const Version& version) {
  const auto bytes = read_setting_file(view, version, kLongestText);
  if (!bytes || !version.state.digest) damaged(version.state.name, "no text of a setting");
  return std::string(as_text(*bytes));
}

Setting setting_of(View& view, const Version& version) {
  return {version.state.name, decode_fields(version.state.name, read_text(view, version)), version.since, version.item};
}

}  // namespace

std::string SettingFields::text(std::string_view key) const {
  const auto found = texts.find(key);
  return found == texts.end() ? std::string() : found->second;
}

std::vector<std::string> SettingFields::list(std::string_view key) const {
  const auto found = lists.find(key);
  return found == lists.end() ? std::vector<std::string>() : found->second;
}

std::string encode_fields(const SettingFields& fields) {
  auto json = Json::object();
  for (const auto& [key, text] : fields.texts) json[key] = printable(text);
  for (const auto& [key, list] : fields.lists) {
    json[key] = Json::array();
    for (const auto& text : list) json[key].push_back(printable(text));
  }
  return json.dump(2) + "\n";
}

SettingFields decode_fields(std::string_view name, std::string_view json) {
  const auto object = Json::parse(json, nullptr, false);
  if (!object.is_object()) damaged(name, "no JSON object");
  SettingFields fields;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) {
      fields.texts[key] = bytes_of(value.get<std::string>());
    } else if (value.is_array()) {
      auto& list = fields.lists[key];
      for (const auto& text : value) {
        if (!text.is_string()) damaged(name, "\"" + printable(key) + "\" is no list of texts");
        list.push_back(bytes_of(text.get<std::string>()));
      }
    }
  }
  return fields;
}

std::vector<Setting> settings_of(View& view, std::string_view word) {
  std::vector<Setting> settings;
  for (const auto& entry : setting_files(view, word)) settings.push_back(setting_of(view, entry));
  return settings;
}

std::vector<std::string> setting_names(View& view, std::string_view word) {
  std::vector<std::string> names;
  for (const auto& entry : setting_files(view, word)) names.push_back(entry.state.name);
  return names;
}

std::optional<Setting> setting_named(View& view, std::string_view name) {
  const auto entry = setting_file(view, name);
  if (!entry) return std::nullopt;
  return setting_of(view, *entry);
}

void put_setting(Recorder& recorder, const Setting& setting, Existing existing, Instant now) {
  const auto text = encode_fields(setting.fields);
  if (text.size() > kLongestText) {
    throw Error(Errc::kUsage, "\"" + printable(setting.name) + "\" says more than " + std::to_string(kLongestText) +
                                  " bytes: make several of it");
  }
  if (existing == Existing::kRefuse && setting_file(recorder.view(), setting.name)) {
    throw Error(Errc::kFailed,
                "there is a " + printable(setting.name) + " already: take another name, or remove it first");
  }
  put_setting_file(recorder, setting.name, to_bytes(text), now);
}

void remove_setting(Recorder& recorder, std::string_view name) {
  const auto entry = recorder.view().lookup(kServerAccount, kSettingsDirectory, name, kForever);
  if (!entry) throw Error(Errc::kNotFound, "there is no " + printable(name));
  const std::vector<Change> changes{Remove{entry->item}};
  recorder.record(kServerAccount, changes, {});
}

std::string_view subject_of(std::string_view name) {
  const auto space = name.find(' ');
  return space == std::string_view::npos ? std::string_view() : name.substr(space + 1);
}

}  // namespace yestermail
