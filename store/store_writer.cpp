// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_writer.h"

#include <algorithm>

#include "base/error.h"
#include "store/account_description.h"
#include "store/bulk_writer.h"
#include "store/history_log.h"
#include "store/packer.h"
#include "store/purger.h"
#include "store/recipe.h"
#include "store/server_account.h"
#include "store/store_header.h"

namespace yestermail {
namespace {

constexpr std::uint64_t kWorthPacking = 256U << 10U;

}  // namespace

StoreWriter::StoreWriter(StoreWorld world, const std::string& path, const StoreTuning& tuning,
                         std::unique_ptr<FileLock> lock)
    : world_(world), layout_(path), tuning_(tuning), lock_(std::move(lock)) {
  id_ = read_store_header(world_.disk, layout_).id;
  recover();
  queue_ = std::make_unique<CommitQueue>(
      *journal_, world_.clock,
      [this](const std::vector<Transaction>& transactions, std::uint64_t segment, const std::byte* start) {
        const std::scoped_lock lock_catalogs(catalogs_mutex_);
        catalogs_->apply(transactions, segment, start);
      });
  view_ = std::make_unique<StoreView>(world_, layout_.store(), *this);
  make_server_directories();
  packer_ = std::make_unique<Packer>(*this);
  finish_purge();
  if (tuning_.background_packing) packer_->start();
}

// Where it cannot be finished, for want of room perhaps, the store is still there to be used.
void StoreWriter::finish_purge() {
  try {
    Purger(*this).resume();
  } catch (const Error& error) {
    if (failed_) throw;
    world_.log.error(std::string("a purge is not finished: ") + error.what() +
                     "; it is tried again when the store is opened for writing next");
  }
}

void StoreWriter::bury(const Uuid& account) {
  {
    const std::scoped_lock lock(catalogs_mutex_);
    catalogs_->bury(account);
  }
  std::vector<AccountNumber> numbers;
  {
    const std::scoped_lock lock(state_mutex_);
    for (const auto& [number, uuid] : uuids_) {
      if (uuid == account) numbers.push_back(number);
    }
    for (const auto number : numbers) uuids_.erase(number);
  }
  for (const auto number : numbers) view_->forget(number);
}

bool StoreWriter::is_buried(const Uuid& account) {
  const std::scoped_lock lock(catalogs_mutex_);
  return catalogs_->is_buried(account);
}

// A store that rests has all in packs and logs, whichever way it came, and a small journal.
void StoreWriter::pack_rest() {
  if (failed_ || !tuning_.background_packing) return;
  if (journal_->used() < kWorthPacking && journal_->finished().empty()) return;
  try {
    journal_->roll();
    packer_->run();
    journal_->remove_spare();
  } catch (const std::exception& error) {
    world_.log.warning(std::string("not all was packed: ") + error.what());
  }
}

StoreWriter::~StoreWriter() {
  packer_->stop();
  pack_rest();
  packer_.reset();
  view_.reset();
  try {
    const std::scoped_lock lock(catalogs_mutex_);
    if (!failed_) catalogs_->catalog(Uuid{}).set_closed_at(Lsn{journal_->next_lsn().value - 1});
    catalogs_->checkpoint_all();
    catalogs_.reset();
    // All that the journal says is in the catalogs, for good: nothing to recover.
    if (!failed_ && world_.disk.exists(layout_.writing())) world_.disk.remove(layout_.writing());
  } catch (const std::exception& error) {
    world_.log.warning(std::string(error.what()) + "; the store is recovered when it is opened next");
  }
}

void StoreWriter::mark_writing() {
  const std::scoped_lock lock(state_mutex_);
  if (marked_) return;
  world_.disk.open(layout_.writing(), Filesystem::Open::kCreate);
  world_.disk.sync_directory(layout_.store());
  marked_ = true;
}

Instant StoreWriter::commit(std::vector<Draft> drafts) {
  if (failed_) throw Error(Errc::kReadOnly, "nothing is recorded after a failure: open the store again");
  mark_writing();
  note_packs(drafts);
  try {
    return queue_->commit(std::move(drafts));
  } catch (...) {
    failed_ = true;  // The journal may hold what the catalogs do not.
    throw;
  }
}

// Before they are there: whoever looks too early is told again at the next one.
void StoreWriter::note_packs(const std::vector<Draft>& drafts) {
  if (!packer_) return;
  for (const auto& draft : drafts) {
    for (const auto& operation : draft.operations) {
      const auto* pack = std::get_if<PackOperation>(&operation);
      if (pack == nullptr) continue;
      packer_->note_pack(pack->pack_class, pack->owner(draft.account));
    }
  }
}

Uuid StoreWriter::uuid_of(AccountNumber account) {
  if (account == kServerAccount) return {};
  {
    const std::scoped_lock lock(state_mutex_);
    if (const auto found = uuids_.find(account); found != uuids_.end()) return found->second;
  }
  const auto found = view_->account(account);
  if (!found) throw Error(Errc::kNotFound, "no account has the number " + std::to_string(account.value));
  const std::scoped_lock lock(state_mutex_);
  return uuids_[account] = found->uuid;
}

StoreWriter::Counters& StoreWriter::counters(const Uuid& account) {
  auto& counters = counters_[account.hex()];
  if (counters.next_version == 0) {
    auto& catalog = catalogs_->catalog(account);
    counters.next_item = std::max<std::uint64_t>(catalog.next_item(), kSettingsDirectory.value + 1);
    counters.next_version = std::max<std::uint64_t>(catalog.next_version(), 1);
  }
  return counters;
}

ItemId StoreWriter::take_item(const Uuid& account) {
  const std::scoped_lock lock(catalogs_mutex_);
  return ItemId{counters(account).next_item++};
}

ItemId StoreWriter::new_item(AccountNumber account) { return take_item(uuid_of(account)); }

std::vector<Operation> StoreWriter::operations_for(AccountNumber account, std::span<const Change> changes) {
  const auto uuid = uuid_of(account);
  std::vector<Operation> operations;
  operations.reserve(changes.size());
  const std::scoped_lock lock(catalogs_mutex_);
  auto& ids = counters(uuid);
  for (const auto& change : changes) {
    if (const auto* put = std::get_if<Put>(&change)) {
      PutOperation operation;
      operation.version = VersionId{ids.next_version++};
      operation.item = put->item;
      operation.body = put->body.value != 0 ? put->body : operation.version;
      operation.cause = put->cause;
      operation.state = put->state;
      operations.emplace_back(std::move(operation));
    } else {
      operations.emplace_back(RemoveOperation{std::get<Remove>(change).item});
    }
  }
  return operations;
}

Instant StoreWriter::record(AccountNumber account, std::span<const Change> changes, std::span<const Bytes> blobs) {
  const WriteGate::Pass pass(gate_);
  Draft draft;
  draft.account = uuid_of(account);
  BlobSplitter splitter(*this, draft.account, pool_of(account));
  for (const auto& blob : blobs) splitter.add_inline(blob, draft);
  auto operations = operations_for(account, changes);
  require_contents(draft.account, operations, [&](const Digest& content) {
    return std::any_of(draft.operations.begin(), draft.operations.end(), [&](const Operation& operation) {
      const auto* blob = std::get_if<BlobOperation>(&operation);
      return blob != nullptr && blob->pack_class == PackClass::kAccount && blob->digest == content;
    });
  });
  std::move(operations.begin(), operations.end(), std::back_inserter(draft.operations));
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  return commit(std::move(drafts));
}

AccountNumber StoreWriter::add_account(const Account& profile) {
  auto account = profile;
  account.uuid = Uuid::random();
  const auto item = take_item(Uuid{});
  account.number = AccountNumber{static_cast<std::uint32_t>(item.value)};
  const auto description = describe_account(account);
  Put put;
  put.item = item;
  put.state.kind = EntryKind::kAccount;
  put.state.parent = kAccountsDirectory;
  put.state.name = account.name;
  put.state.digest = Digest::of(description);
  put.state.size = description.size();
  put.state.mtime_ns = world_.clock.now().value * 1000;
  put.state.mode = 0600;
  put.state.account = account.uuid;
  put.state.source = account.source;
  put.state.layout = account.layout;
  // The directories come first: whoever sees the account can open it.
  {
    const std::scoped_lock lock(catalogs_mutex_);
    catalogs_->create(account.uuid);
  }
  const std::vector<Change> changes{put};
  const std::vector<Bytes> blobs{description};
  record(kServerAccount, changes, blobs);
  record_domain(account.name);
  return account.number;
}

void StoreWriter::record_domain(const std::string& account_name) {
  const auto at = account_name.rfind('@');
  if (at == std::string::npos || at + 1 == account_name.size()) return;
  const auto domain = account_name.substr(at + 1);
  if (view_->lookup(kServerAccount, kDomainsDirectory, domain + ".json", kForever)) return;
  const auto description = describe_domain(domain);
  Put put;
  put.item = take_item(Uuid{});
  put.state.parent = kDomainsDirectory;
  put.state.name = domain + ".json";
  put.state.digest = Digest::of(description);
  put.state.size = description.size();
  put.state.mtime_ns = world_.clock.now().value * 1000;
  put.state.mode = 0600;
  const std::vector<Change> changes{put};
  const std::vector<Bytes> blobs{description};
  record(kServerAccount, changes, blobs);
}

void StoreWriter::end_account(AccountNumber account) {
  const std::vector<Change> changes{Remove{ItemId{account.value}}};
  record(kServerAccount, changes, {});
}

void StoreWriter::publish(const WatchReport& report) {
  const auto staged = layout_.staging() + "/watching";
  remove_if_there(world_.disk, staged);
  world_.disk.open(staged, Filesystem::Open::kCreate)->write_at(0, as_bytes(encode_watch_report(report)));
  world_.disk.rename(staged, layout_.watching());
}

void StoreWriter::record_gap(AccountNumber account, const Gap& gap) {
  const WriteGate::Pass pass(gate_);
  Draft draft;
  draft.account = uuid_of(account);
  draft.operations.emplace_back(GapOperation{gap});
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  commit(std::move(drafts));
}

std::unique_ptr<BulkSession> StoreWriter::begin_bulk() { return std::make_unique<BulkWriter>(*this); }

std::vector<std::pair<ItemId, DirectoryMark>> StoreWriter::marks(AccountNumber account) {
  return view_->marks(account);
}

std::optional<DirectoryMark> StoreWriter::mark(AccountNumber account, ItemId item) {
  return view_->mark(account, item);
}

void StoreWriter::set_marks(const Uuid& account, const std::vector<std::pair<ItemId, DirectoryMark>>& marks) {
  mark_writing();
  const std::scoped_lock lock(catalogs_mutex_);
  catalogs_->catalog(account).set_marks(marks);
}

void StoreWriter::enter_session(BulkWriter* session) {
  const std::scoped_lock lock(sessions_mutex_);
  sessions_.insert(session);
}

void StoreWriter::leave_session(BulkWriter* session) {
  const std::scoped_lock lock(sessions_mutex_);
  sessions_.erase(session);
}

void StoreWriter::pack_now() { packer_->run(); }

PurgeResult StoreWriter::purge(std::span<const PurgeRequest> requests) {
  const std::scoped_lock one_at_a_time(purge_mutex_);
  return Purger(*this).run(requests);
}

bool StoreWriter::rebuild_catalog(const Uuid& account) {
  mark_writing();
  const std::scoped_lock lock(catalogs_mutex_);
  if (catalogs_->is_buried(account) || !world_.disk.exists(layout_.account(account))) return false;
  catalogs_->rebuild(account);
  return true;
}

bool StoreWriter::rebuild_pool(const Uuid& pool) {
  mark_writing();
  const std::scoped_lock lock(catalogs_mutex_);
  catalogs_->rebuild_pool(pool);
  return true;
}

}  // namespace yestermail
