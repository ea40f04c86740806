// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/search_index.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "search/index_updater.h"
#include "store/index_lock.h"
#include "store/sqlite_files.h"

namespace yestermail {

/// The newest version that the index has seen is still the one that the catalog has: the store was not set back.
bool SearchIndex::knows_this_past(const Account& account, const View::Beginning& seen) {
  if (seen.version.value == 0) return true;
  const auto version = world_.view.version(account.number, seen.version);
  return version && version->since == seen.at;
}

bool SearchIndex::is_current(const Account& account) {
  const auto path = path_of(account.uuid);
  if (!world_.disk.exists(path)) return false;
  std::optional<View::Beginning> seen;
  try {
    seen = IndexFile::open_reader(path, account.uuid).seen();
  } catch (const Error&) {  // Whoever writes it next sees what is wrong.
    return false;
  }
  return knows_this_past(account, *seen) && world_.view.begun_after(account.number, *seen, 1).empty();
}

void SearchIndex::discard(const Account& account, const std::string& why) {
  world_.log.warning(why + "; it is made anew");
  const auto lock = wait_for_index_lock(world_.disk, directory_);
  remove_database(world_.disk, path_of(account.uuid));
}

// One step at a time under the lock, so that a purge does not wait long, and with the file opened anew for each, since
// it may have been removed between.
void SearchIndex::take_in_news(const Account& account, const Progress& progress) {
  constexpr std::chrono::milliseconds kTurn{10};  // In which others that wait for the lock look for it.
  const auto path = path_of(account.uuid);
  IndexUpdater updater(world_.view, account, world_.threads);
  for (bool more = true; more;) {
    {
      const auto lock = wait_for_index_lock(world_.disk, directory_);
      // SQLite would make the file readable for everybody.
      if (!world_.disk.exists(path)) world_.disk.open(path, Filesystem::Open::kCreate);
      auto index = IndexFile::open_writer(path, account.uuid);
      if (!knows_this_past(account, index.seen()))
        throw IndexDamage("the search index " + path + " is of another past");
      more = updater.step(index);
    }
    progress(updater.messages());
    if (more) std::this_thread::sleep_for(kTurn);
  }
  if (updater.damaged() == 0) return;
  world_.log.warning("account " + account.uuid.hex() + ": " + std::to_string(updater.damaged()) +
                     " messages could not be read: only their senders and subjects can be found");
}

void SearchIndex::update(const Account& account, const Progress& progress) {
  if (is_current(account)) return;
  try {
    take_in_news(account, progress);
  } catch (const IndexDamage& damage) {
    discard(account, damage.what());
    take_in_news(account, progress);
  }
}

SearchIndex::Result SearchIndex::look_up(const Account& account, const Query& query, std::optional<Instant> at,
                                         std::size_t limit, const FolderOf& folder_of) {
  Result result;
  auto index = IndexFile::open_reader(path_of(account.uuid), account.uuid);
  auto matches = index.match(query);
  Searcher searcher(world_.view, account, query, at, folder_of);
  while (const auto content = matches.next()) {
    for (auto& message : searcher.with_content(*content)) {
      if (result.messages.size() == limit) {
        result.more = true;
        break;
      }
      result.messages.push_back(std::move(message));
    }
    if (result.more) break;
  }
  std::ranges::stable_sort(result.messages, std::greater<>(),
                           [](const FoundMessage& message) { return date_of(message.version.state); });
  return result;
}

SearchIndex::Result SearchIndex::find(const Account& account, const Query& query, std::optional<Instant> at,
                                      std::size_t limit, const FolderOf& folder_of, const Progress& progress) {
  constexpr int kAttempts = 3;  // It may be removed just when it is looked into.
  for (int attempt = 1;; ++attempt) {
    update(account, progress);
    try {
      return look_up(account, query, at, limit, folder_of);
    } catch (const IndexDamage& damage) {
      if (attempt == kAttempts) throw;
      discard(account, damage.what());
    }
  }
}

}  // namespace yestermail
