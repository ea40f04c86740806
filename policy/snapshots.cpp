// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/snapshots.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/instant_text.h"

namespace yestermail {
namespace {

constexpr std::size_t kLongestSnapshotName = 100;
constexpr std::string_view kAt = "at";

/// What stands beside it in a mount, or will.
constexpr std::array<std::string_view, 9> kTaken{"latest",  "at",     "maildir", "deleted",   "history",
                                                 "changes", "search", "now",     "README.txt"};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string setting_name(std::string_view name) { return std::string(kSnapshotWord) + " " + std::string(name); }

}  // namespace

bool is_snapshot_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestSnapshotName || !is_letter_or_digit(name.front())) return false;
  const auto fits = [](char c) {
    return is_letter_or_digit(c) || std::string_view("._-+=,").find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(name, fits) || std::ranges::find(kTaken, name) != kTaken.end()) return false;
  // Two dots stand between the instants of changes/FROM..TO.
  if (name.find("..") != std::string_view::npos || name.back() == '.') return false;
  return !parse_instant(name, Instant{}) && !is_relative_instant(name);
}

void require_snapshot_name(std::string_view name) {
  if (is_snapshot_name(name)) return;
  throw Error(Errc::kUsage,
              "\"" + printable(name) +
                  "\" cannot name a snapshot: take letters, digits, dots and dashes, no date, and nothing "
                  "that stands in a mount, as latest");
}

Setting setting_of(const Snapshot& snapshot) {
  Setting setting;
  setting.name = setting_name(snapshot.name);
  setting.fields.texts.emplace(kAt, instant_text(snapshot.at));
  if (!snapshot.note.empty()) setting.fields.texts.emplace(kNoteField, snapshot.note);
  return setting;
}

Snapshot snapshot_of(const Setting& setting) {
  const std::string name(subject_of(setting.name));
  const auto text = setting.fields.text(kAt);
  const auto at = is_relative_instant(text) ? std::nullopt : parse_instant(text, Instant{});
  if (!is_snapshot_name(name) || !at) {
    throw Error(Errc::kDamage,
                "the setting \"" + printable(setting.name) + "\" is no snapshot: delete it, and create it anew");
  }
  return {name, *at, setting.fields.text(kNoteField), setting.since, setting.item};
}

std::vector<Snapshot> snapshots(View& view) {
  std::vector<Snapshot> all;
  for (const auto& setting : settings_of(view, kSnapshotWord)) all.push_back(snapshot_of(setting));
  return all;
}

std::vector<Snapshot> readable_snapshots(View& view, Log& log) {
  std::vector<Snapshot> all;
  for (const auto& name : setting_names(view, kSnapshotWord)) {
    try {
      if (const auto setting = setting_named(view, name)) all.push_back(snapshot_of(*setting));
    } catch (const Error& error) {
      log.warning(error.what());
    }
  }
  return all;
}

std::optional<Snapshot> snapshot_named(View& view, std::string_view name) {
  if (!is_snapshot_name(name)) return std::nullopt;
  const auto setting = setting_named(view, setting_name(name));
  if (!setting) return std::nullopt;
  return snapshot_of(*setting);
}

}  // namespace yestermail
