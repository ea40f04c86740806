// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/searcher.h"

#include <algorithm>
#include <map>

#include "base/ascii.h"
#include "base/maildir_name.h"
#include "search/index_updater.h"

namespace yestermail {
namespace {

bool has_flag(std::string_view name, char flag) { return maildir_flags(name).find(flag) != std::string_view::npos; }

bool is_or_is_below(std::string_view path, std::string_view folder) {
  if (!same_letters(path.substr(0, folder.size()), folder)) return false;
  return path.size() == folder.size() || path[folder.size()] == '/';
}

bool agrees(const std::optional<bool>& wanted, bool is) { return !wanted || *wanted == is; }

}  // namespace

/// With its account an item goes too.
Instant Searcher::end_of(const Version& version) const { return std::min(version.until, account_.until); }

bool Searcher::is_there(const Version& version) const {
  const auto at = at_.value_or(kForever);
  const auto end = end_of(version);
  return version.since <= at && (end == kForever || at < end);
}

bool Searcher::fits(const Version& version) const {
  const auto date = date_of(version.state);
  const bool in_span = query_.after <= date && date < query_.before;
  return in_span && agrees(query_.unread, !has_flag(version.state.name, 'S')) &&
         agrees(query_.flagged, has_flag(version.state.name, 'F'));
}

bool Searcher::stood_where_wanted(const Version& version) {
  if (query_.folders.empty() && query_.not_folders.empty()) return true;
  const auto end = end_of(version);
  const auto last = is_there(version) ? at_.value_or(kForever) : Instant{end.value - 1};
  const auto path = folder_of_(version.state.parent, last);
  const auto within = [&](const std::string& folder) { return is_or_is_below(path, folder); };
  return std::ranges::all_of(query_.folders, within) && std::ranges::none_of(query_.not_folders, within);
}

/// Of an item's versions with the content, the last one that counts.
std::optional<FoundMessage> Searcher::choose(const std::vector<Version>& life) {
  const bool lasts = std::ranges::any_of(life, [&](const Version& version) { return is_there(version); });
  if (query_.deleted == false && !lasts) return std::nullopt;
  for (auto version = life.rbegin(); version != life.rend(); ++version) {
    const bool there = is_there(*version);
    // At an instant only what was there then is meant, unless what was deleted by then is asked for.
    if (at_ && !there && query_.deleted != true) continue;
    if (!stood_where_wanted(*version)) continue;
    if (!fits(*version)) return std::nullopt;
    FoundMessage found{*version, FoundMessage::State::kThere, kForever, kForever};
    if (!there) found.state = lasts ? FoundMessage::State::kMoved : FoundMessage::State::kDeleted;
    if (!lasts) found.gone = end_of(life.back());
    if (const auto end = end_of(*version); end != kForever) found.last_seen = Instant{end.value - 1};
    if (at_ && there) found.last_seen = *at_;
    return found;
  }
  return std::nullopt;
}

std::vector<FoundMessage> Searcher::with_content(const Digest& content) {
  auto versions = view_.with_content(account_.number, content);
  std::erase_if(versions, [&](const Version& version) {
    return version.state.kind != EntryKind::kMessage || version.since > at_.value_or(kForever);
  });
  std::ranges::stable_sort(versions, {}, &Version::since);
  // What stands somewhere else is not lost.
  const bool anywhere = std::ranges::any_of(versions, [&](const Version& version) { return is_there(version); });
  std::vector<FoundMessage> found;
  if (!agrees(query_.deleted, !anywhere)) return found;
  std::map<ItemId, std::vector<Version>> lives;
  for (auto& version : versions) lives[version.item].push_back(std::move(version));
  for (const auto& [item, life] : lives) {
    if (auto one = choose(life)) found.push_back(std::move(*one));
  }
  return found;
}

}  // namespace yestermail
