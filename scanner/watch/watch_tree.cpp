// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch/watch_tree.h"

#include <algorithm>
#include <utility>

#include "scanner/watch/watched_root.h"

namespace yestermail {

void WatchTree::clear() {
  nodes_.clear();
  adrift_.clear();
  root_ = kNone;
}

void WatchTree::set_root(int watch) {
  root_ = watch;
  nodes_.try_emplace(watch);
}

void WatchTree::put(int watch, int parent, const std::string& name) {
  const auto above = nodes_.find(parent);
  if (above == nodes_.end() || watch == root_) return;
  const auto stood = above->second.children.find(name);
  if (stood != above->second.children.end()) {
    if (stood->second == watch) return;
    set_adrift(parent, name);
  }
  auto& node = nodes_.try_emplace(watch).first->second;
  detach(watch, node);
  adrift_.erase(watch);
  // What is on disk is newer than what events told so far. Where both together would make a ring, later events untie
  // it.
  if (is_below(parent, watch)) {
    adrift_[watch] = turn_;
    return;
  }
  node.parent = parent;
  node.name = name;
  nodes_.at(parent).children.emplace(name, watch);
}

void WatchTree::set_adrift(int parent, std::string_view name) {
  const auto above = nodes_.find(parent);
  if (above == nodes_.end()) return;
  const auto stood = above->second.children.find(name);
  if (stood == above->second.children.end()) return;
  const int watch = stood->second;
  detach(watch, nodes_.at(watch));
  adrift_[watch] = turn_;
}

void WatchTree::erase(int watch) {
  const auto found = nodes_.find(watch);
  if (found == nodes_.end()) return;
  // It is gone, and what is recorded below it went elsewhere or is gone as well.
  while (!found->second.children.empty()) set_adrift(watch, std::string(found->second.children.begin()->first));
  detach(watch, found->second);
  adrift_.erase(watch);
  nodes_.erase(found);
}

std::vector<int> WatchTree::take_lost() {
  std::vector<int> lost;
  // Where a directory was put that events had not told of yet, an older event takes it away again; the newer one that
  // puts it back was queued by then and is read by the end of the next turn.
  for (auto at = adrift_.begin(); at != adrift_.end();) {
    if (at->second + 2 > turn_) {
      ++at;
      continue;
    }
    take_subtree(at->first, lost);
    at = adrift_.erase(at);
  }
  ++turn_;
  return lost;
}

std::optional<std::string> WatchTree::path_of(int watch, const std::string& root_path) const {
  std::vector<const std::string*> names;
  while (watch != root_) {
    const auto node = nodes_.find(watch);
    if (node == nodes_.end() || node->second.parent == kNone) return std::nullopt;
    names.push_back(&node->second.name);
    watch = node->second.parent;
  }
  std::string path = root_path;
  std::reverse(names.begin(), names.end());
  for (const auto* name : names) {
    if (path.back() != '/') path += '/';
    path += *name;
  }
  return path;
}

void WatchTree::detach(int watch, Node& node) {
  if (node.parent == kNone) return;
  auto& siblings = nodes_.at(node.parent).children;
  const auto place = siblings.find(node.name);
  if (place != siblings.end() && place->second == watch) siblings.erase(place);
  node.parent = kNone;
}

bool WatchTree::is_below(int watch, int above) const {
  while (watch != kNone && watch != above) watch = nodes_.at(watch).parent;
  return watch == above;
}

void WatchTree::take_subtree(int watch, std::vector<int>& taken) {
  std::vector<int> left{watch};
  while (!left.empty()) {
    const int next = left.back();
    left.pop_back();
    const auto node = nodes_.find(next);
    for (const auto& [name, child] : node->second.children) left.push_back(child);
    nodes_.erase(node);
    taken.push_back(next);
  }
}

}  // namespace yestermail
