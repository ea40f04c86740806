// SPDX-License-Identifier: GPL-3.0-or-later
#include "restore/undelete.h"

#include <algorithm>
#include <unordered_map>

#include "store/version_batches.h"

namespace yestermail {
namespace {

constexpr std::size_t kPage = 512;

bool is_deletion(const View::Happening& happening) {
  const auto& state = happening.version.state;
  return happening.ended && state.kind == EntryKind::kMessage && state.digest.has_value();
}

/// Calls `each` with all that happened, oldest first. What happened at one instant is read as a whole, since a page
/// begins at an instant.
template <class Each>
void for_each_happening(View& view, AccountNumber account, Instant from, Instant until, const Each& each) {
  for (auto page = kPage;;) {
    auto found = view.happenings(account, from, until, page);
    const bool last = found.size() < page;
    if (!last) {
      const auto end = found.back().at;
      if (found.front().at == end) {
        page *= 2;
        continue;
      }
      while (found.back().at == end) found.pop_back();
      from = end;
      page = kPage;
    }
    for (const auto& happening : found) each(happening);
    if (last) return;
  }
}

/// Takes those out whose bytes stand somewhere in the account now: moved, copied, or brought back.
void remove_present(View& view, AccountNumber account, std::unordered_map<Digest, std::size_t>& by_digest) {
  std::vector<ItemId> directories{kRootItem};
  while (!directories.empty() && !by_digest.empty()) {
    const auto ids = view.list(account, directories.back(), kForever);
    directories.pop_back();
    in_batches(view, account, ids, [&](const auto& versions) {
      for (const auto& version : versions) {
        if (version.state.kind == EntryKind::kDirectory) directories.push_back(version.item);
        if (version.state.kind == EntryKind::kMessage && version.state.digest) by_digest.erase(*version.state.digest);
      }
    });
  }
}

}  // namespace

std::vector<Restorer::Deleted> find_deleted(View& view, AccountNumber account, const DeletedQuery& query) {
  std::vector<Restorer::Deleted> deleted;
  std::unordered_map<Digest, std::size_t> by_digest;
  for_each_happening(view, account, query.from, query.until, [&](const View::Happening& happening) {
    const auto& version = happening.version;
    if (!is_deletion(happening) || !query.matches(version.state)) return;
    const Instant seen{happening.at.value - 1};
    auto folder = query.folder_of(version.state.parent, seen);
    if (!folder) return;
    const auto [found, fresh] = by_digest.try_emplace(*version.state.digest, deleted.size());
    if (fresh) deleted.emplace_back();
    deleted[found->second] = {version.id, std::move(*folder), seen};
  });
  remove_present(view, account, by_digest);
  std::vector<std::size_t> gone;
  for (const auto& [digest, index] : by_digest) gone.push_back(index);
  std::ranges::sort(gone);
  std::vector<Restorer::Deleted> result;
  for (const auto index : gone) result.push_back(std::move(deleted[index]));
  return result;
}

}  // namespace yestermail
