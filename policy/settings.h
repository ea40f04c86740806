// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/recorder.h"
#include "store/view.h"

namespace yestermail {

/// What decides what is kept stands in the store: each setting is an entry of the server account's directory `settings`
/// (docs/format.md 3). So it has a history of its own, and every copy of the store has it.

/// What a setting says. Values are bytes; in the store they are UTF-8 as printable() makes it.
struct SettingFields {
  std::map<std::string, std::string, std::less<>> texts;
  std::map<std::string, std::vector<std::string>, std::less<>> lists;

  /// Empty: not there.
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view key) const;
};

/// The text of a setting that says what it is for.
inline constexpr std::string_view kNoteField = "note";

/// A setting under its name: a word that says what it is, a space, and what it is about ("hold lawsuit").
struct Setting {
  std::string name;
  SettingFields fields;
  Instant since;  ///< when it was written
  ItemId item;
};

std::string encode_fields(const SettingFields& fields);
/// Error{kDamage}, naming the setting: no JSON object of texts and lists of texts. Other members are left out.
SettingFields decode_fields(std::string_view name, std::string_view json);

/// Those that are there now and whose names begin with `word` and a space, by name. Error{kDamage}: one of them is
/// none.
std::vector<Setting> settings_of(View& view, std::string_view word);
/// Their names only: what cannot be read is among them.
std::vector<std::string> setting_names(View& view, std::string_view word);
/// Nothing: it is not there.
std::optional<Setting> setting_named(View& view, std::string_view name);

enum class Existing { kReplace, kRefuse };

/// Writes a setting; durable on return. Error{kFailed}: it is there already, and `existing` says to refuse that;
/// Error{kUsage}: its name cannot be the name of a file, or it is too long.
void put_setting(Recorder& recorder, const Setting& setting, Existing existing, Instant now);
/// Durable on return. Error{kNotFound}: it is not there.
void remove_setting(Recorder& recorder, std::string_view name);

/// What follows the word of a setting's name.
std::string_view subject_of(std::string_view name);

}  // namespace yestermail
