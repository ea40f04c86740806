// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_view.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "store/derived_damage.h"
#include "store/server_account.h"
#include "store/store_header.h"
#include "store/store_size.h"

namespace yestermail {
namespace {

constexpr std::size_t kMaxPools = 32;  ///< open indexes
constexpr int kMostMoves = 2;          ///< of a blob while it is looked up

Account account_of(const Version& version) {
  Account account;
  account.number = AccountNumber{static_cast<std::uint32_t>(version.item.value)};
  account.uuid = version.state.account.value_or(Uuid{});
  account.name = version.state.name;
  account.source = version.state.source;
  account.layout = version.state.layout;
  account.since = version.since;
  account.until = version.until;
  return account;
}

Account server_account() {
  Account account;
  account.name = "@server";
  account.layout = "fs";
  return account;
}

/// What an administrator has to know of bytes that cannot be given out. A missing file of the store is damage too.
[[noreturn]] void report_blob(const Error& error, const std::string& name, Log& log) {
  const auto text = name + " cannot be read: " + error.what();
  log.error(text);
  throw Error(error.code() == Errc::kNotFound ? Errc::kDamage : error.code(), text);
}

/// A blob whose parts are read later than it is opened: reports what goes wrong then.
class ReportingBlob final : public BlobReader {
 public:
  ReportingBlob(std::unique_ptr<BlobReader> blob, std::string name, Log& log)
      : blob_(std::move(blob)), name_(std::move(name)), log_(log) {}
  [[nodiscard]] std::uint64_t size() const override { return blob_->size(); }
  std::size_t read(std::uint64_t offset, std::span<std::byte> into) override {
    try {
      return blob_->read(offset, into);
    } catch (const Error& error) {
      report_blob(error, name_, log_);
    }
  }

 private:
  const std::unique_ptr<BlobReader> blob_;
  const std::string name_;
  Log& log_;
};

}  // namespace

StoreView::StoreView(StoreWorld world, const std::string& path, Mender& mender)
    : world_(world),
      layout_(path),
      scope_(read_store_header(world.disk, layout_).pool),
      mender_(mender),
      readers_(layout_),
      loader_(world.disk, layout_, [this](const Uuid& pool, const Digest& part) { return find_part(pool, part); }) {}

StoreView::StoreView(StoreWorld world, const std::string& path, std::unique_ptr<Mender> mender)
    : world_(world),
      layout_(path),
      scope_(read_store_header(world.disk, layout_).pool),
      own_mender_(std::move(mender)),
      mender_(*own_mender_),
      readers_(layout_),
      loader_(world.disk, layout_, [this](const Uuid& pool, const Digest& part) { return find_part(pool, part); }) {}

template <class Call>
auto StoreView::with_reader(const Uuid& account, const Call& call) {
  for (int attempt = 0;; ++attempt) {
    std::optional<ReaderPool::Lease> lease;
    try {
      lease.emplace(readers_.borrow(account));
      return call(**lease);
    } catch (const Error& error) {
      if (lease) lease->discard();
      if (!is_derived_damage(error)) throw;
      readers_.forget(account);
      world_.log.warning("account " + account.hex() + ": " + error.what());
      if (attempt > 0 || !mender_.rebuild_catalog(account)) {
        throw Error(Errc::kDamage, "the catalog of account " + account.hex() + " is damaged: " + error.what());
      }
    }
  }
}

StoreView::Identity StoreView::identity_of(AccountNumber number) {
  if (number == kServerAccount) return {{}, pool_id(scope_, {}, {})};
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = identities_.find(number); found != identities_.end()) return found->second;
  }
  const auto found = account(number);
  if (!found) throw Error(Errc::kNotFound, "no account has the number " + std::to_string(number.value));
  const std::scoped_lock lock(mutex_);
  return identities_[number] = {found->uuid, pool_id(scope_, found->uuid, found->name)};
}

bool StoreView::is_at_hand(AccountNumber number) {
  const std::scoped_lock lock(mutex_);
  const auto found = identities_.find(number);
  return found != identities_.end() && readers_.has(found->second.uuid);
}

void StoreView::forget(AccountNumber account) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = identities_.find(account); found != identities_.end()) {
    readers_.forget(found->second.uuid);
    identities_.erase(found);
  }
}

Uuid StoreView::pool_of(AccountNumber number) { return identity_of(number).pool; }

std::vector<Account> StoreView::accounts(Instant at) {
  const auto found = with_reader(
      Uuid{}, [&](CatalogReader& reader) { return reader.list_kind(kAccountsDirectory, at, EntryKind::kAccount); });
  std::vector<Account> all;
  all.reserve(found.size());
  for (const auto& version : found) all.push_back(account_of(version));
  std::sort(all.begin(), all.end(), [](const Account& a, const Account& b) { return a.name < b.name; });
  return all;
}

std::optional<Account> StoreView::account_named(std::string_view name, Instant at) {
  if (name == "@server") return server_account();
  const auto version =
      with_reader(Uuid{}, [&](CatalogReader& reader) { return reader.lookup(kAccountsDirectory, name, at); });
  if (!version || version->state.kind != EntryKind::kAccount) return std::nullopt;
  return account_of(*version);
}

std::optional<Account> StoreView::account(AccountNumber number) {
  if (number == kServerAccount) return server_account();
  const auto life = with_reader(Uuid{}, [&](CatalogReader& reader) { return reader.history(ItemId{number.value}); });
  if (life.empty() || life.back().state.kind != EntryKind::kAccount) return std::nullopt;
  auto account = account_of(life.back());
  account.since = life.front().since;
  return account;
}

std::vector<VersionId> StoreView::list(AccountNumber account, ItemId directory, Instant at) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.list(directory, at); });
}

std::vector<Version> StoreView::list_kind(AccountNumber account, ItemId directory, Instant at, EntryKind kind) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.list_kind(directory, at, kind); });
}

std::optional<Version> StoreView::version(AccountNumber account, VersionId id) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.version(id); });
}

std::vector<Version> StoreView::versions(AccountNumber account, std::span<const VersionId> ids) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.versions(ids); });
}

std::optional<Version> StoreView::lookup(AccountNumber account, ItemId directory, std::string_view name, Instant at) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.lookup(directory, name, at); });
}

std::optional<Version> StoreView::item_at(AccountNumber account, ItemId item, Instant at) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.item_at(item, at); });
}

std::vector<Version> StoreView::history(AccountNumber account, ItemId item) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.history(item); });
}

std::vector<View::Happening> StoreView::happenings(AccountNumber account, Instant from, Instant until,
                                                   std::size_t limit) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.happenings(from, until, limit); });
}

Instant StoreView::last_change(AccountNumber account, Instant at) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.last_change(at); });
}

std::vector<VersionId> StoreView::differences(AccountNumber account, Instant at, Instant other) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.differences(at, other); });
}

std::vector<View::Deletion> StoreView::deletions(AccountNumber account, const Deletion& after, Instant until,
                                                 std::size_t limit) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.deletions(after, until, limit); });
}

std::vector<VersionId> StoreView::last_versions(AccountNumber account, ItemId directory, Instant at, Among among) {
  return with_reader(uuid_of(account),
                     [&](CatalogReader& reader) { return reader.last_versions(directory, at, among); });
}

std::vector<bool> StoreView::have_contents(AccountNumber account, std::span<const Digest> contents, Instant at) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.have_contents(contents, at); });
}

std::vector<Version> StoreView::with_content(AccountNumber account, const Digest& content) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.with_content(content); });
}

std::vector<Version> StoreView::begun_after(AccountNumber account, const Beginning& after, std::size_t limit) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.begun_after(after, limit); });
}

std::unique_ptr<BlobReader> StoreView::open_blob(AccountNumber account, const Digest& digest) {
  const auto [uuid, pool] = identity_of(account);
  for (int attempt = 0;; ++attempt) {
    const auto place = with_reader(uuid, [&](CatalogReader& reader) { return reader.find_blob(digest); });
    const auto name = "account " + uuid.hex() + ": blob " + digest.hex();
    try {
      if (!place) throw Error(Errc::kDamage, "not in the store");
      return std::make_unique<ReportingBlob>(loader_.open(uuid, pool, digest, *place), name, world_.log);
    } catch (const Error& error) {
      // What stood in the journal may have been packed, and its segment written over, since the place was looked up.
      // And a pack may have been replaced by one from which something was purged.
      const bool moved = place && (!place->pack || error.code() == Errc::kNotFound);
      if (!moved || attempt >= kMostMoves) report_blob(error, name, world_.log);
    }
  }
}

void StoreView::contents(AccountNumber account, std::span<const VersionId> versions, const ContentSink& sink) {
  const auto [uuid, pool] = identity_of(account);
  const auto places = with_reader(uuid, [&](CatalogReader& reader) { return reader.places(versions); });
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i] || places[i]->blob.size > kMostContentBytes) continue;
    HeldBytes content;
    try {
      content = loader_.content(uuid, pool, places[i]->digest, places[i]->blob);
    } catch (const Error&) {  // Who asks for this one alone is told why.
      continue;
    }
    sink(i, content.bytes);
  }
}

bool StoreView::part_is(const Uuid& pool, const Digest& part, ByteView bytes) {
  // What stood in the journal may have been packed, and its segment written over, since the place was looked up.
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      if (loader_.part_is(pool, part, bytes)) return true;
    } catch (const Error& error) {
      if (!is_derived_damage(error)) throw;
      if (attempt > 0) world_.log.warning(error.what());
    }
  }
  return false;
}

std::optional<PartProvider::Part> StoreView::stored_blob(const Uuid& account, const Digest& digest) {
  try {
    const auto place = with_reader(account, [&](CatalogReader& reader) { return reader.find_blob(digest); });
    if (!place) return std::nullopt;
    return loader_.stored_blob(account, *place);
  } catch (const Error& error) {
    if (!is_derived_damage(error)) throw;
    return std::nullopt;
  }
}

std::optional<PartProvider::Part> StoreView::stored_part(const Uuid& pool, const Digest& part) {
  try {
    return loader_.stored_part(pool, part);
  } catch (const Error& error) {
    if (!is_derived_damage(error)) throw;
    return std::nullopt;
  }
}

std::optional<BlobPlace> StoreView::find_part(const Uuid& pool, const Digest& part) {
  const std::scoped_lock lock(mutex_);
  for (int attempt = 0;; ++attempt) {
    try {
      auto found = pools_.find(pool);
      if (found != pools_.end() && found->second.has_moved()) {
        pools_.erase(found);
        found = pools_.end();
      }
      if (found == pools_.end()) {
        if (pools_.size() >= kMaxPools) pools_.clear();
        found = pools_.emplace(pool, PoolIndex::open_reader(layout_.pool_index(pool))).first;
      }
      return found->second.find(part);
    } catch (const Error& error) {
      pools_.erase(pool);
      if (!is_derived_damage(error)) throw;
      world_.log.warning(std::string("pool: ") + error.what());
      if (attempt > 0 || !mender_.rebuild_pool(pool))
        throw Error(Errc::kDamage, std::string("the pool's index is damaged: ") + error.what());
    }
  }
}

std::vector<Account> StoreView::all_accounts() {
  std::set<ItemId> items;
  std::vector<Account> all;
  const auto happenings =
      with_reader(Uuid{}, [](CatalogReader& reader) { return reader.happenings(Instant{}, kForever, SIZE_MAX / 2); });
  for (const auto& happening : happenings) {
    if (happening.version.state.kind != EntryKind::kAccount || !items.insert(happening.version.item).second) continue;
    all.push_back(account_of(happening.version));
  }
  return all;
}

std::vector<Gap> StoreView::gaps(AccountNumber account, Instant from, Instant until) {
  return with_reader(uuid_of(account), [&](CatalogReader& reader) { return reader.gaps(from, until); });
}

std::optional<WatchReport> StoreView::watch_report() {
  constexpr std::uint64_t kMost = 1U << 20U;
  try {
    return decode_watch_report(as_text(read_file(world_.disk, layout_.watching(), kMost)));
  } catch (const Error& error) {
    if (error.code() != Errc::kNotFound) world_.log.warning(std::string("not read: ") + error.what());
    return std::nullopt;
  }
}

std::vector<Instant> StoreView::active_hours() {
  return with_reader(Uuid{}, [](CatalogReader& reader) { return reader.active_hours(); });
}

Instant StoreView::last_instant() {
  return with_reader(Uuid{}, [](CatalogReader& reader) { return reader.last_instant(); });
}

std::vector<std::pair<ItemId, DirectoryMark>> StoreView::marks(AccountNumber account) {
  return with_reader(uuid_of(account), [](CatalogReader& reader) { return reader.marks(); });
}

std::optional<DirectoryMark> StoreView::mark(AccountNumber account, ItemId item) {
  return with_reader(uuid_of(account), [item](CatalogReader& reader) { return reader.mark(item); });
}

StoreFigures StoreView::account_figures(AccountNumber account) {
  return with_reader(uuid_of(account), [](CatalogReader& reader) { return reader.figures(); });
}

void StoreView::add_pools(StoreFigures& total) {
  for (const auto& pool : pools_of(world_.disk, layout_)) {
    if (!world_.disk.exists(layout_.pool_index(pool))) continue;
    const auto sums = PoolIndex::open_reader(layout_.pool_index(pool)).sums();
    total.raw_bytes += sums.raw_bytes;
    total.pack_bytes += sums.pack_bytes;
  }
}

StoreFigures StoreView::figures() {
  StoreFigures total;
  for (const auto& account : all_accounts()) {
    const auto some = with_reader(account.uuid, [](CatalogReader& reader) { return reader.figures(); });
    if (account.until == kForever) ++total.accounts;
    total.items += some.items;
    total.versions += some.versions;
    total.blobs += some.blobs;
    total.logical_bytes += some.logical_bytes;
    total.history_bytes += some.history_bytes;
    total.journal_blobs += some.journal_blobs;
    total.raw_bytes += some.raw_bytes;
    total.pack_bytes += some.pack_bytes;
  }
  add_pools(total);
  total.stored_bytes = store_size(world_.disk, layout_);
  return total;
}

}  // namespace yestermail
