// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/settings.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/error.h"
#include "store/server_account.h"

namespace yestermail {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestName = 255;  // Of a file: @server shows it.
constexpr std::size_t kLongestText = 60U << 10U;
constexpr std::uint32_t kMode = 0600;
constexpr std::int64_t kNanosPerMicro = 1000;
constexpr std::int64_t kMostMicros = INT64_MAX / kNanosPerMicro;  // A time of a file ends with the year 2262.

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
  if (version.state.size > kLongestText || !version.state.digest) damaged(version.state.name, "no text of a setting");
  const auto blob = view.open_blob(kServerAccount, *version.state.digest);
  Bytes bytes(static_cast<std::size_t>(blob->size()));
  bytes.resize(blob->read(0, bytes));
  return std::string(as_text(bytes));
}

Setting setting_of(View& view, const Version& version) {
  return {version.state.name, decode_fields(version.state.name, read_text(view, version)), version.since, version.item};
}

std::vector<Version> entries_of(View& view, std::string_view word) {
  auto entries = view.list_kind(kServerAccount, kSettingsDirectory, kForever, EntryKind::kFile);
  const auto start = std::string(word) + " ";
  std::erase_if(entries, [&](const Version& entry) { return !entry.state.name.starts_with(start); });
  std::ranges::sort(entries, {}, [](const Version& entry) { return entry.state.name; });
  return entries;
}

void require_file_name(const std::string& name) {
  const bool plain = printable(name) == name && name.find('/') == std::string::npos;
  if (plain && name.size() <= kLongestName) return;
  throw Error(Errc::kUsage, "\"" + printable(name) +
                                "\": the name of a setting has 255 bytes at most, and no slash, backslash or control "
                                "character");
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
  for (const auto& entry : entries_of(view, word)) settings.push_back(setting_of(view, entry));
  return settings;
}

std::vector<std::string> setting_names(View& view, std::string_view word) {
  std::vector<std::string> names;
  for (const auto& entry : entries_of(view, word)) names.push_back(entry.state.name);
  return names;
}

std::optional<Setting> setting_named(View& view, std::string_view name) {
  const auto entry = view.lookup(kServerAccount, kSettingsDirectory, name, kForever);
  if (!entry || entry->state.kind != EntryKind::kFile) return std::nullopt;
  return setting_of(view, *entry);
}

void put_setting(Recorder& recorder, const Setting& setting, Existing existing, Instant now) {
  require_file_name(setting.name);
  const auto text = encode_fields(setting.fields);
  if (text.size() > kLongestText) {
    throw Error(Errc::kUsage, "\"" + printable(setting.name) + "\" says more than " + std::to_string(kLongestText) +
                                  " bytes: make several of it");
  }
  const auto before = recorder.view().lookup(kServerAccount, kSettingsDirectory, setting.name, kForever);
  if (before && existing == Existing::kRefuse) {
    throw Error(Errc::kFailed,
                "there is a " + printable(setting.name) + " already: take another name, or remove it first");
  }
  Put put;
  put.item = before ? before->item : recorder.new_item(kServerAccount);
  put.cause = before ? Cause::kChanged : Cause::kArrived;
  put.state.parent = kSettingsDirectory;
  put.state.name = setting.name;
  put.state.digest = Digest::of(as_bytes(text));
  put.state.size = text.size();
  put.state.mtime_ns = std::min(now.value, kMostMicros) * kNanosPerMicro;
  put.state.mode = kMode;
  const std::vector<Change> changes{put};
  const std::vector<Bytes> blobs{to_bytes(text)};
  recorder.record(kServerAccount, changes, blobs);
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
