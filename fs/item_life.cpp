// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/item_life.h"

#include <vector>

#include "fs/folder_finder.h"
#include "fs/item_names.h"
#include "fs/modified_utf7.h"
#include "fs/state_names.h"

#include "base/clock.h"

namespace yestermail {
namespace {

std::string readable_path(const std::optional<FolderLine>& line) {
  if (!line) return {};
  if (line->back().levels.empty()) return std::string(FolderTree::kInbox);
  std::string path;
  for (const auto& level : line->back().levels) {
    if (!path.empty()) path += ".";
    path += decode_modified_utf7(level).value_or(level);
  }
  return path;
}

/// When what is the last version of an item came about, or when it ended.
Instant last_event(const Version& last, Instant now) {
  return last.until == kForever || last.until > now ? last.since : last.until;
}

}  // namespace

std::string ItemLife::name(const Version& last) {
  auto name = message_name(last.item, last.state);
  name.resize(name.size() - kMessageSuffix.size());
  return name;
}

std::optional<ItemId> ItemLife::item_of(std::string_view name) {
  return item_of_name(std::string(name) + std::string(kMessageSuffix));
}

Node ItemLife::node(const Scope& scope, const Version& last) {
  auto attributes = owner_directory(scope.moment, last.state.uid, last.state.gid);
  attributes.mtime_ns = last_event(last, scope.moment.at).value * kNanosPerMicro;
  return directory_node(scope, sibling_id(scope, NodeKind::kLife, scope.account(), last.item.value), attributes);
}

std::vector<Version> ItemLife::versions(const Scope& scope, ItemId item) {
  auto all = view_.history(scope.account(), item);
  while (!all.empty() && all.back().since > scope.moment.at) all.pop_back();
  return all;
}

std::optional<Version> ItemLife::last(const Scope& scope, ItemId item) {
  auto all = versions(scope, item);
  if (all.empty() || all.back().state.kind != EntryKind::kMessage) return std::nullopt;
  return std::move(all.back());
}

void ItemLife::states(const Scope& scope, const std::function<bool(const State&)>& use) {
  const auto all = versions(scope, scope.item());
  const auto account = view_.account(scope.account());
  if (!account) return;
  FolderFinder finder(view_, *account);
  const auto folder = [&](const Version& version, Instant at) {
    const auto directory = newest_by(view_, account->number, version.state.parent, at);
    return directory ? readable_path(finder.folder(directory->state.parent, at)) : std::string();
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& now = all[i];
    Step step{nullptr, &now, {}, {}};
    if (i > 0 && all[i - 1].until == now.since) {
      step.before = &all[i - 1];
      if (step.before->state.parent != now.state.parent) {
        step.from = folder(*step.before, Instant{now.since.value - 1});
        step.to = folder(now, now.since);
      }
    }
    const auto cursor = kSecondGroup + 2 * now.id.value;
    if (!use({state_name(now.since, step_words(step, i == 0)), now, cursor})) return;
    const bool is_deleted = i + 1 < all.size() ? all[i + 1].since != now.until : now.until <= scope.moment.at;
    if (!is_deleted || now.until == kForever) continue;
    if (!use({state_name(now.until, kDeletedWord), now, cursor + 1})) return;
  }
}

std::optional<Node> ItemLife::self(const Scope& scope) {
  const auto found = last(scope, scope.item());
  if (!found) return std::nullopt;
  return node(scope, *found);
}

LookupResult ItemLife::lookup(const Scope& scope, std::string_view name) {
  LookupResult result{std::nullopt, scope.absence()};
  states(scope, [&](const State& state) {
    if (state.name != name) return true;
    result.node = file_node(scope.account(), state.version, Style::kOwnerOnly, Lifetime::kFixed);
    return false;
  });
  return result;
}

void ItemLife::list(const Scope& scope, std::uint64_t cursor, const EntrySink& sink) {
  states(scope, [&](const State& state) {
    if (state.cursor <= cursor) return true;
    const auto node = file_node(scope.account(), state.version, Style::kOwnerOnly, Lifetime::kFixed);
    return sink({state.name, node, state.cursor});
  });
}

}  // namespace yestermail
