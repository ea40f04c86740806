// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "search/search_index.h"
#include "tests/store/store_fixture.h"

namespace yestermail::test {

/// A store with one account, and its search index.
class SearchTest : public StoreFixture {
 protected:
  SearchTest() : recorder_(open()) { account_ = add_account(*recorder_, "alice@example.com"); }

  Account account() { return recorder_->view().account(account_).value(); }
  View& view() { return recorder_->view(); }
  SearchWorld search_world() { return {disk_, view(), log_, 2}; }
  SearchIndex index() { return {search_world(), SearchIndex::directory_of(path())}; }
  [[nodiscard]] std::string index_path() { return path() + "/search/" + account().uuid.hex() + ".db"; }

  ItemId make_folder(const std::string& name, ItemId parent = kRootItem) {
    const auto item = recorder_->new_item(account_);
    EntryState state;
    state.kind = EntryKind::kDirectory;
    state.parent = parent;
    state.name = name;
    const std::vector<Change> changes{Put{item, Cause::kArrived, state, {}}};
    recorder_->record(account_, changes, {});
    return item;
  }

  /// A message of this content, known in the tests by its name. Each is dated an hour after the one before.
  ItemId add(const std::string& name, const std::string& content, ItemId folder = kRootItem) {
    const auto item = recorder_->new_item(account_);
    put_state(item, Cause::kArrived, state_of(name, content, folder), content);
    return item;
  }
  EntryState state_of(const std::string& name, const std::string& content, ItemId folder = kRootItem) {
    auto state = file(name, content, folder);
    clock_.advance_seconds(3600);
    state.mtime_ns = clock_.now().value * 1000;
    return state;
  }
  Instant put_state(ItemId item, Cause cause, const EntryState& state, const std::string& content) {
    clock_.advance_seconds(3600);
    const std::vector<Change> changes{Put{item, cause, state, {}}};
    const std::vector<Bytes> blobs{to_bytes(content)};
    return recorder_->record(account_, changes, blobs);
  }
  Instant remove(ItemId item) {
    clock_.advance_seconds(3600);
    const std::vector<Change> changes{Remove{item}};
    return recorder_->record(account_, changes, {});
  }

  SearchIndex::Result find(const std::string& query, std::optional<Instant> at = std::nullopt,
                           std::size_t limit = 1000) {
    const auto folder_of = [this](ItemId directory, Instant when) {
      const auto version = view().item_at(account_, directory, when);
      return version ? version->state.name : std::string("gone");
    };
    return index().find(account(), parse_query(query, clock_.now()), at, limit, folder_of,
                        [this](std::uint64_t messages) { read_ = messages; });
  }
  /// The names of what is found, sorted.
  std::vector<std::string> names_of(const std::string& query, std::optional<Instant> at = std::nullopt) {
    std::vector<std::string> names;
    for (const auto& message : find(query, at).messages) names.push_back(message.version.state.name);
    std::sort(names.begin(), names.end());
    return names;
  }

  std::unique_ptr<Recorder> recorder_;
  AccountNumber account_;
  std::uint64_t read_ = 0;  ///< messages that the last update read
};

}  // namespace yestermail::test
