// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/directory_paths.h"

#include <utility>

namespace yestermail {
namespace {

constexpr std::size_t kMaxKnown = 10'000;
constexpr int kMaxLevels = 1000;  ///< ends the circles of a damaged store

}  // namespace

const DirectoryPaths::Known& DirectoryPaths::known(ItemId directory, Instant at) {
  const auto found = known_.find(directory);
  if (found != known_.end() && found->second.since <= at && at < found->second.until) return found->second;
  if (known_.size() >= kMaxKnown) known_.clear();
  auto version = view_.item_at(account_, directory, at);
  if (!version) {
    // A mail may outlast the directory that it stood in by a moment.
    for (auto& each : view_.history(account_, directory)) {
      if (each.since <= at) version = std::move(each);
    }
  }
  Known found_now{kNoItem, "?", at, Instant{at.value + 1}};
  if (version) found_now = {version->state.parent, version->state.name, version->since, version->until};
  return known_.insert_or_assign(directory, std::move(found_now)).first->second;
}

std::string DirectoryPaths::path_of(ItemId directory, Instant at) {
  std::string path;
  for (int level = 0; directory != kRootItem && directory != kNoItem && level < kMaxLevels; ++level) {
    const auto& step = known(directory, at);
    path = path.empty() ? step.name : step.name + "/" + path;
    directory = step.parent;
  }
  return path;
}

}  // namespace yestermail
