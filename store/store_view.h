// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "store/blob_loader.h"
#include "store/layout.h"
#include "store/pool_scope.h"
#include "store/reader_pool.h"
#include "store/recorder.h"
#include "store/store.h"
#include "store/view.h"

namespace yestermail {

/// Makes derived files anew for a reader that found one damaged or missing. False: it could not (another process
/// writes, and will find the damage itself).
class Mender {
 public:
  virtual ~Mender() = default;
  virtual bool rebuild_catalog(const Uuid& account) = 0;
  virtual bool rebuild_pool(const Uuid& pool) = 0;
};

/// The read side over the files of a store.
class StoreView final : public View {
 public:
  /// `mender` outlives it, or is its own.
  StoreView(StoreWorld world, const std::string& path, Mender& mender);
  StoreView(StoreWorld world, const std::string& path, std::unique_ptr<Mender> mender);

  std::vector<Account> accounts(Instant at) override;
  std::optional<Account> account_named(std::string_view name, Instant at) override;
  std::optional<Account> account(AccountNumber number) override;
  bool is_at_hand(AccountNumber number) override;
  std::vector<VersionId> list(AccountNumber account, ItemId directory, Instant at) override;
  std::vector<Version> list_kind(AccountNumber account, ItemId directory, Instant at, EntryKind kind) override;
  std::optional<Version> version(AccountNumber account, VersionId id) override;
  std::vector<Version> versions(AccountNumber account, std::span<const VersionId> ids) override;
  std::optional<Version> lookup(AccountNumber account, ItemId directory, std::string_view name, Instant at) override;
  std::optional<Version> item_at(AccountNumber account, ItemId item, Instant at) override;
  std::vector<Version> history(AccountNumber account, ItemId item) override;
  std::vector<Happening> happenings(AccountNumber account, Instant from, Instant until, std::size_t limit) override;
  Instant last_change(AccountNumber account, Instant at) override;
  std::vector<VersionId> differences(AccountNumber account, Instant at, Instant other) override;
  std::vector<Deletion> deletions(AccountNumber account, const Deletion& after, Instant until,
                                  std::size_t limit) override;
  std::vector<VersionId> last_versions(AccountNumber account, ItemId directory, Instant at, Among among) override;
  std::vector<bool> have_contents(AccountNumber account, std::span<const Digest> contents, Instant at) override;
  std::vector<Version> with_content(AccountNumber account, const Digest& content) override;
  std::vector<Version> begun_after(AccountNumber account, const Beginning& after, std::size_t limit) override;
  std::unique_ptr<BlobReader> open_blob(AccountNumber account, const Digest& digest) override;
  void contents(AccountNumber account, std::span<const VersionId> versions, const ContentSink& sink) override;
  std::vector<Gap> gaps(AccountNumber account, Instant from, Instant until) override;
  std::optional<WatchReport> watch_report() override;
  std::vector<Instant> active_hours() override;
  Instant last_instant() override;
  StoreFigures figures() override;
  StoreFigures account_figures(AccountNumber account) override;
  /// For the scanner, through Recorder: a reader's look, so that a scan with nothing new opens nothing for writing.
  std::vector<std::pair<ItemId, DirectoryMark>> marks(AccountNumber account);
  std::optional<DirectoryMark> mark(AccountNumber account, ItemId item);

  /// For the writer: whether the pool gives exactly these bytes for a part; no bytes: whether it can be had.
  bool part_is(const Uuid& pool, const Digest& part, ByteView bytes);
  /// For a repair: what is stored for a blob or part, as far as it can be read; not compared with a digest.
  std::optional<PartProvider::Part> stored_blob(const Uuid& account, const Digest& digest);
  std::optional<PartProvider::Part> stored_part(const Uuid& pool, const Digest& part);
  [[nodiscard]] PoolScope pool_scope() const { return scope_; }
  /// For the writer: the account is gone for good.
  void forget(AccountNumber account);
  /// Where the account's parts are.
  Uuid pool_of(AccountNumber number);

 private:
  /// What never changes of an account.
  struct Identity {
    Uuid uuid;
    Uuid pool;
  };
  Identity identity_of(AccountNumber number);
  Uuid uuid_of(AccountNumber number) { return identity_of(number).uuid; }
  std::optional<BlobPlace> find_part(const Uuid& pool, const Digest& part);
  std::vector<Account> all_accounts();
  void add_pools(StoreFigures& total);
  /// Runs `call` on a reader of the account; mends the catalog once if it is damaged.
  template <class Call>
  auto with_reader(const Uuid& account, const Call& call);

  const StoreWorld world_;
  const Layout layout_;
  const PoolScope scope_;
  const std::unique_ptr<Mender> own_mender_;
  Mender& mender_;
  ReaderPool readers_;
  BlobLoader loader_;
  std::mutex mutex_;  // Guards all below.
  std::unordered_map<AccountNumber, Identity> identities_;
  std::map<Uuid, PoolIndex> pools_;
};

}  // namespace yestermail
