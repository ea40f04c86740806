// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/maildir_name.h"
#include "scanner/reconcile.h"

namespace yestermail {
namespace {

bool is_vanished_message(const Version& version) {
  return version.item != kNoItem && version.state.kind == EntryKind::kMessage;
}

}  // namespace

/// A message that vanished here and one that arrived there may be one: by base name now, by its bytes when it is read.
void Reconciler::match_moves() {
  if (std::ranges::none_of(run_->vanished, is_vanished_message)) return;
  match_by_base();
  match_recorded();
  if (std::ranges::any_of(run_->vanished, is_vanished_message)) look_again_for_vanished();
  for (std::size_t i = 0; i < run_->vanished.size(); ++i) {
    const auto& version = run_->vanished[i];
    if (is_vanished_message(version))
      run_->movable.emplace(AccountRun::SizeAndTime{version.state.size, version.state.mtime_ns}, i);
  }
}

void Reconciler::match_by_base() {
  std::unordered_map<std::string, std::vector<std::size_t>> by_base;
  for (std::size_t i = run_->vanished.size(); i-- > 0;) {
    const auto& version = run_->vanished[i];
    if (is_vanished_message(version)) by_base[std::string(maildir_base(version.state.name))].push_back(i);
  }
  std::erase_if(readings_, [&](Reading& reading) {
    if (reading.kind != EntryKind::kMessage || reading.before) return false;
    const auto found = by_base.find(std::string(maildir_base(reading.name)));
    if (found == by_base.end() || found->second.empty()) return false;
    auto& vanished = run_->vanished[found->second.back()];
    found->second.pop_back();
    const auto& directory = *reading.directory;
    const auto stat = run_->tree(directory.tree).look(directory.path + "/" + reading.name);
    const bool same = stat && stat->kind == FileStat::Kind::kRegular && stat->size == vanished.state.size &&
                      stat->mtime_ns == vanished.state.mtime_ns;
    if (!same) {
      reading.item = vanished.item;
      reading.cause = Cause::kMoved;
      reading.before = std::make_unique<const Version>(std::exchange(vanished, {}));
      return false;
    }
    auto state = with_stat(vanished.state, *stat);
    state.parent = directory.item;
    state.name = reading.name;
    if (auto put = next_version(vanished, std::move(state), Cause::kMoved)) {
      totals_.recorded(put->state.kind, put->cause);
      renames_.push_back(std::move(*put));
    }
    vanished.item = kNoItem;
    return true;
  });
}

/// A message that vanished may be one that was recorded elsewhere a moment ago, and is still there: then it goes on as
/// that one, whose name it takes.
void Reconciler::match_recorded() {
  if (!run_->came_lately) return;
  std::unordered_map<ItemId, const ScannedDirectory*> directories;
  for (const auto& directory : run_->directories) directories.emplace(directory.item, &directory);
  std::unordered_set<ItemId> taken;
  for (const auto& version : run_->vanished) taken.insert(version.item);
  for (auto& vanished : run_->vanished) {
    if (!is_vanished_message(vanished)) continue;
    for (const auto& other : run_->came_lately(vanished)) {
      const auto found = directories.find(other.state.parent);
      if (found == directories.end() || taken.contains(other.item)) continue;
      const auto stat = run_->tree(found->second->tree).look(path_in(*found->second, other.state.name));
      if (!stat || stat->kind != FileStat::Kind::kRegular || stat->size != other.state.size) continue;
      if (auto put = next_version(vanished, other.state, Cause::kMoved)) {
        totals_.recorded(put->state.kind, put->cause);
        renames_.push_back(std::move(*put));
      }
      taken.insert(other.item);
      vanished.item = kNoItem;
      break;
    }
  }
}

/// A move makes the new name before it takes the old one away. A folder that was listed before the one, and the other
/// folder after the other, show the message nowhere: so folders that changed meanwhile are looked through again.
void Reconciler::look_again_for_vanished() {
  std::unordered_map<const ScannedDirectory*, DirectoryMark> looked_at;
  for (int looks = 0; looks < patience_.looks; ++looks) {
    bool at_rest = true;
    for (auto& directory : run_->directories) {
      if (!directory.holds_messages || !directory.visited) continue;
      const auto before = looked_at.find(&directory);
      const auto stamp = before != looked_at.end() ? before->second
                         : directory.exact         ? mark_of(directory.seen)
                                                   : DirectoryMark{};
      const auto now = run_->tree(directory.tree).look(directory.path);
      if (now && mark_of(*now) == stamp) continue;
      at_rest = false;
      looked_at[&directory] = look_again_in(directory);
    }
    match_by_base();
    if (at_rest) return;
  }
  keep_unconfirmed();
}

/// Plans what it finds there of what vanished elsewhere. The stamp of the directory at that time; none if it was not
/// at rest even now.
DirectoryMark Reconciler::look_again_in(ScannedDirectory& directory) {
  directory.clean = false;
  const auto opened = run_->tree(directory.tree).open_directory(directory.path);
  if (std::holds_alternative<Denial>(opened)) return {};
  auto listing = Listing::read(std::get<Opened>(opened).fd.get());
  if (!listing.exact()) {
    let_settle();
    listing = Listing::read(std::get<Opened>(opened).fd.get());
  }
  std::unordered_set<std::string> wanted;
  for (const auto& version : run_->vanished) {
    if (is_vanished_message(version)) wanted.emplace(maildir_base(version.state.name));
  }
  std::unordered_set<std::string> planned;
  for (const auto& reading : readings_) {
    if (reading.directory == &directory) planned.insert(reading.name);
  }
  for (const auto& entry : listing.entries()) {
    if (!wanted.contains(std::string(maildir_base(entry.name))) || planned.contains(std::string(entry.name))) continue;
    const auto known = view_.lookup(run_->number, directory.item, entry.name, kForever);
    const auto same =
        std::ranges::find_if(run_->vanished, [&](const Version& v) { return known && v.item == known->item; });
    if (same != run_->vanished.end()) {
      same->item = kNoItem;  // It is back.
    } else if (!known) {
      arrive(directory, nullptr, std::string(entry.name), EntryKind::kMessage);
    }
  }
  return listing.exact() ? mark_of(listing.before()) : DirectoryMark{};
}

void Reconciler::keep_unconfirmed() {
  std::unordered_set<ItemId> directories;
  for (auto& version : run_->vanished) {
    if (!is_vanished_message(version)) continue;
    directories.insert(version.state.parent);
    for (const auto& directory : run_->directories) {
      if (directory.item == version.state.parent) run_->doubtful.push_back({directory.path, version.state.name});
    }
    version.item = kNoItem;
    totals_.count([](ScanReport& report) { ++report.unconfirmed; });
  }
  run_->distrust(directories);
}

void Reconciler::hand_on() {
  std::vector<Change> changes;
  for (const auto item : std::exchange(removed_first_, {})) changes.emplace_back(Remove{item});
  if (fresh_) {
    for (auto& put : std::exchange(directory_puts_, {})) changes.emplace_back(std::move(put));
  } else {
    std::vector<Version> before;
    for (const auto& directory : run_->directories) {
      if (!directory_puts_.empty() && directory.recorded) before.push_back(*directory.recorded);
    }
    for (auto& put : in_order_of_names(std::exchange(directory_puts_, {}), before))
      changes.emplace_back(std::move(put));
  }
  for (auto& change : std::exchange(renames_, {})) changes.emplace_back(std::move(change));
  if (!changes.empty()) pipeline_.apply(*run_, std::move(changes));
  if (!readings_.empty()) pipeline_.read(run_, std::exchange(readings_, {}));
}

}  // namespace yestermail
