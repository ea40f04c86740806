// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_writer.h"

#include <algorithm>

#include "base/error.h"
#include "store/server_account.h"

// How a store is opened for writing: what a process that was killed left is settled, and what every store has is made.

namespace yestermail {
namespace {

bool has_segment(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [](const auto& name) { return parse_segment_name(name).has_value(); });
}

}  // namespace

void StoreWriter::recover() {
  bool crashed = world_.disk.exists(layout_.writing());
  for (const auto& name : world_.disk.list(layout_.staging())) remove_tree(world_.disk, layout_.staging() + "/" + name);
  catalogs_.emplace(world_.disk, layout_, id_, world_.log);
  if (!has_segment(world_.disk.list(layout_.journal()))) {
    world_.log.error(layout_.journal() + ": the journal is missing; what only it held is lost");
    crashed = true;  // Numbers must go on above what catalogs and logs have seen.
  }
  std::function<void(const Batch&)> replay;  // After a clean end the catalogs have it all.
  if (crashed) {
    replay = [this](const Batch& batch) {
      catalogs_->apply(batch.transactions, batch.segment, batch.payload.data() - batch.payload_offset);
    };
  }
  journal_ = std::make_unique<Journal>(world_.disk, layout_, id_, tuning_.journal_segment_bytes, world_.log, replay);
  // A store that was closed in good order has no torn tail: what is missing there is damaged.
  const auto closed_at = crashed ? Lsn{} : catalogs_->catalog(Uuid{}).closed_at();
  if (journal_->next_lsn() <= closed_at) {
    world_.log.error(layout_.journal() + ": its last transactions are damaged; what the catalogs know of them stays");
  }
  if (crashed || journal_->next_lsn().value != closed_at.value + 1) recover_after_crash();
  // Readers need both; they are made anew if somebody has removed them.
  catalogs_->catalog(Uuid{});
  catalogs_->pool({});
  catalogs_->end_recovery();
  marked_ = crashed;
}

void StoreWriter::recover_after_crash() {
  auto& disk = world_.disk;
  Lsn newest;
  Instant last_at = catalogs_->catalog(Uuid{}).last_instant();
  const auto bring_up = [&](const Uuid& account) {
    auto& catalog = catalogs_->catalog(account);  // Opening it applies what the logs have.
    newest = std::max(newest, catalog.applied());
    last_at = std::max(last_at, catalog.last_instant());
    catalogs_->adopt_orphans(account);
  };
  bring_up(Uuid{});
  for (const auto& shard : disk.list(layout_.accounts())) {
    for (const auto& name : disk.list(layout_.accounts() + "/" + shard)) {
      if (const auto account = Uuid::from_hex(name)) bring_up(*account);
    }
  }
  for (const auto& pool : pools_of(disk, layout_)) catalogs_->adopt_pool_orphans(pool);
  journal_->raise(Lsn{newest.value + 1}, last_at);
}

// What a store of an earlier session, or create_store(), left out is made here: the first transaction of every store.
void StoreWriter::make_server_directories() {
  if (view_->item_at(kServerAccount, kRootItem, kForever)) return;
  EntryState root;
  root.kind = EntryKind::kDirectory;
  root.mode = 0700;
  root.mtime_ns = world_.clock.now().value * 1000;
  std::vector<Change> changes{Put{kRootItem, Cause::kArrived, root, {}}};
  const std::pair<ItemId, const char*> directories[] = {
      {kAccountsDirectory, "accounts"}, {kDomainsDirectory, "domains"}, {kSettingsDirectory, "settings"}};
  for (const auto& [item, name] : directories) {
    auto state = root;
    state.parent = kRootItem;
    state.name = name;
    changes.push_back(Put{item, Cause::kArrived, state, {}});
  }
  record(kServerAccount, changes, {});
}

}  // namespace yestermail
