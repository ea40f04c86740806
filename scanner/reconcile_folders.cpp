// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "base/maildir_name.h"
#include "scanner/reconcile.h"

namespace yestermail {

/// Finds out what the directories on the disk that have no recorded name are. True: there is more to visit.
bool Reconciler::resolve_arrived() {
  if (arrived_.empty()) return false;
  expand_lost();
  const auto take = [this](auto match) {
    std::vector<Arrived> rest;
    bool any = false;
    for (auto& arrived : std::exchange(arrived_, {})) {
      if (const std::optional<std::size_t> lost = match(arrived)) {
        adopt(arrived, *lost);
        any = true;
      } else {
        rest.push_back(std::move(arrived));
      }
    }
    arrived_ = std::move(rest);
    return any;
  };
  if (take([this](const Arrived& arrived) { return find_lost(arrived); })) return true;

  // No better one has been found: it is the directory that always had the name, unless it says that it is not.
  const auto by_name = [this](const Arrived& arrived) -> std::optional<std::size_t> {
    const auto lost = arrived.child.lost;
    if (!lost || !is_claimable(*lost, arrived.parent->tree)) return std::nullopt;
    const auto& guid = *lost_[*lost].guid;
    const auto path = path_in(*arrived.parent, arrived.child.name);
    const auto other = guid ? evidence_.guid_on_disk(arrived.parent->tree, path) : std::nullopt;
    return guid && other && *guid != *other ? std::nullopt : lost;
  };
  if (take(by_name)) return true;

  for (auto& arrived : std::exchange(arrived_, {})) {
    auto* parent = arrived.parent;
    auto path = path_in(*parent, arrived.child.name);
    to_visit_.push_back(&add_directory(parent, parent->tree, std::move(path), arrived.child));
  }
  return true;
}

/// Directories in lost directories may have been moved out of them; all get what is known to tell them by.
void Reconciler::expand_lost() {
  for (std::size_t i = 0; i < lost_.size(); ++i) {
    if (lost_[i].expanded) continue;
    lost_[i].expanded = true;
    const auto item = lost_[i].version.item;
    if (const auto mark = marks_.find(item); mark != marks_.end()) lost_[i].inode = mark->second.inode;
    const auto& name = lost_[i].version.state.name;
    if (is_folder_part(name) || !lost_[i].matchable) {
      lost_[i].matchable = false;
      continue;
    }
    lost_[i].guid = evidence_.recorded_guid(item);
    for (auto& child : view_.list_kind(run_->number, item, kForever, EntryKind::kDirectory)) {
      if (is_folder_part(child.state.name)) continue;
      LostDirectory below{std::move(child), lost_[i].tree};
      below.parent = i;
      lost_.push_back(std::move(below));
    }
  }
}

bool Reconciler::is_claimable(std::size_t lost, TreeKind tree) const {
  if (!lost_[lost].matchable || lost_[lost].tree != tree || claimed_.contains(lost_[lost].version.item)) return false;
  for (auto at = lost; at != LostDirectory::kNone; at = lost_[at].parent) {
    if (lost_[at].claimed) return false;  // It goes with the directory that it is in.
  }
  return true;
}

/// By the folder's GUID; else by its inode, if what is in it fits: an inode is used again soon.
std::optional<std::size_t> Reconciler::find_lost(const Arrived& arrived) {
  const auto tree = arrived.parent->tree;
  const auto path = path_in(*arrived.parent, arrived.child.name);
  std::optional<std::optional<std::string>> guid;
  std::optional<std::size_t> by_inode;
  for (std::size_t i = 0; i < lost_.size(); ++i) {
    const auto& lost = lost_[i];
    const bool same_inode = lost.inode && lost.inode == arrived.child.inode;
    const bool has_guid = lost.guid && *lost.guid;
    if ((!same_inode && !has_guid) || !is_claimable(i, tree)) continue;
    if (!guid) guid = evidence_.guid_on_disk(tree, path);
    if (has_guid && *guid) {
      if (**lost.guid == **guid) return i;
    } else if (same_inode && !by_inode) {
      by_inode = i;
    }
  }
  if (by_inode && evidence_.have_something_in_common(tree, path, lost_[*by_inode].version.item)) return by_inode;
  return std::nullopt;
}

void Reconciler::adopt(Arrived& arrived, std::size_t index) {
  auto& lost = lost_[index];
  lost.claimed = true;
  claimed_.insert(lost.version.item);
  auto* parent = arrived.parent;
  auto path = path_in(*parent, arrived.child.name);
  arrived.child.recorded = lost.version;
  to_visit_.push_back(&add_directory(parent, parent->tree, std::move(path), arrived.child));
}

/// What has not been found anywhere is gone, if it is certain that it is not where it was.
void Reconciler::remove_lost() {
  for (const auto& lost : lost_) {
    if (lost.parent != LostDirectory::kNone || lost.claimed || claimed_.contains(lost.version.item)) continue;
    if (!lost.confirmed || (directory_lost_ && !lost.replaced)) {
      totals_.count([](ScanReport& report) { ++report.unconfirmed; });
      continue;
    }
    if (lost.replaced) removed_first_.push_back(lost.version.item);
    remove_subtree(lost.version.item);
  }
}

void Reconciler::remove_subtree(ItemId top) {
  // Parents first here; turned round at the end.
  std::vector<ItemId> directories{top};
  for (std::size_t i = 0; i < directories.size(); ++i) {
    const auto ids = view_.list(run_->number, directories[i], kForever);
    for (auto& version : view_.versions(run_->number, ids)) {
      if (version.state.kind != EntryKind::kDirectory) {
        run_->vanished.push_back(std::move(version));
      } else if (!claimed_.contains(version.item)) {
        directories.push_back(version.item);
      }
    }
  }
  run_->removed_directories.insert(run_->removed_directories.end(), directories.rbegin(), directories.rend());
}

std::vector<Put> in_order_of_names(std::vector<Put> puts, const std::vector<Version>& before) {
  using Place = std::pair<ItemId, std::string>;
  std::map<ItemId, std::size_t> put_of;
  for (std::size_t i = 0; i < puts.size(); ++i) put_of.emplace(puts[i].item, i);
  std::map<Place, std::size_t> leaves;  // The put that frees a place.
  for (const auto& version : before) {
    const auto put = put_of.find(version.item);
    if (put != put_of.end()) leaves.emplace(Place(version.state.parent, version.state.name), put->second);
  }
  std::vector<Put> ordered;
  std::vector<bool> begun(puts.size());
  std::vector<std::size_t> chain;
  for (std::size_t i = 0; i < puts.size(); ++i) {
    for (auto at = i; !begun[at];) {
      begun[at] = true;
      chain.push_back(at);
      const auto holder = leaves.find(Place(puts[at].state.parent, puts[at].state.name));
      if (holder != leaves.end()) at = holder->second;
    }
    for (; !chain.empty(); chain.pop_back()) ordered.push_back(std::move(puts[chain.back()]));
  }
  return ordered;
}

}  // namespace yestermail
