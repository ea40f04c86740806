// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace yestermail {

/// Which inotify watch stands for which directory. A watch follows its directory when that is renamed, so the
/// directories make a tree: moving one moves all below it. What was moved away is adrift: it has no path until it is
/// found somewhere again, and is let go if it is not. Nothing here recurses, however deep the tree. One thread uses it.
class WatchTree {
 public:
  static constexpr int kNone = -1;

  /// A name in a watched directory.
  struct Place {
    int parent = kNone;
    std::string name;
    auto operator<=>(const Place&) const = default;
  };

  void clear();
  void set_root(int watch);
  [[nodiscard]] int root() const { return root_; }
  [[nodiscard]] bool knows(int watch) const { return nodes_.contains(watch); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  /// `watch` is what stands at `name` in `parent`, whatever stood there or wherever it was before.
  void put(int watch, int parent, const std::string& name);

  /// What stood at `name` in `parent` is not there any more; it may turn up elsewhere.
  void set_adrift(int parent, std::string_view name);

  /// The kernel dropped this watch.
  void erase(int watch);

  /// Lets go what has been adrift since before the last call but one, and gives those watches.
  std::vector<int> take_lost();

  /// Of a watch that is known.
  [[nodiscard]] Place place_of(int watch) const { return {nodes_.at(watch).parent, nodes_.at(watch).name}; }

  /// Below `root_path`; nothing for what is adrift or unknown.
  [[nodiscard]] std::optional<std::string> path_of(int watch, const std::string& root_path) const;

 private:
  struct Node {
    int parent = kNone;
    std::string name;
    std::map<std::string, int, std::less<>> children;
  };

  void detach(int watch, Node& node);
  [[nodiscard]] bool is_below(int watch, int above) const;
  void take_subtree(int watch, std::vector<int>& taken);

  std::unordered_map<int, Node> nodes_;
  std::map<int, std::uint64_t> adrift_;  // And since which turn.
  std::uint64_t turn_ = 0;
  int root_ = kNone;
};

}  // namespace yestermail
