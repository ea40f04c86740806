// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "store/commit_queue.h"
#include "store/journal.h"
#include "store/layout.h"
#include "store/store.h"
#include "store/store_view.h"
#include "store/write_gate.h"
#include "store/writer_catalogs.h"

namespace yestermail {

class BulkWriter;
class Packer;

/// The writer of a store: holds its lock, recovers on opening, commits, and hands finished journal segments to the
/// packer.
class StoreWriter final : public Recorder, public Mender {
 public:
  StoreWriter(StoreWorld world, const std::string& path, const StoreTuning& tuning, std::unique_ptr<FileLock> lock);
  ~StoreWriter() override;

  View& view() override { return *view_; }
  AccountNumber add_account(const Account& profile) override;
  void end_account(AccountNumber account) override;
  ItemId new_item(AccountNumber account) override;
  std::unique_ptr<BulkSession> begin_bulk() override;
  Instant record(AccountNumber account, std::span<const Change> changes, std::span<const Bytes> blobs) override;
  void publish(const WatchReport& report) override;
  void record_gap(AccountNumber account, const Gap& gap) override;
  std::vector<std::pair<ItemId, DirectoryMark>> marks(AccountNumber account) override;
  std::optional<DirectoryMark> mark(AccountNumber account, ItemId item) override;
  void pack_now() override;
  PurgeResult purge(std::span<const PurgeRequest> requests) override;

  bool rebuild_catalog(const Uuid& account) override;
  bool rebuild_pool(const Uuid& pool) override;

  // For bulk session and packer.
  [[nodiscard]] const StoreWorld& world() const { return world_; }
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] const Uuid& id() const { return id_; }
  [[nodiscard]] const StoreTuning& tuning() const { return tuning_; }
  [[nodiscard]] Journal& journal() { return *journal_; }
  /// A commit failed: nothing is recorded any more.
  [[nodiscard]] bool has_failed() const { return failed_; }
  Uuid uuid_of(AccountNumber account);
  /// The operations of a draft for these changes, with new version ids.
  std::vector<Operation> operations_for(AccountNumber account, std::span<const Change> changes);
  Instant commit(std::vector<Draft> drafts);
  bool has_blob(const Uuid& account, const Digest& digest);
  /// True if the pool has the part and gives these bytes for it; a damaged one is reported and forgotten, so that it
  /// is stored anew. Checked once as long as this lives. Of a part that is a recipe `bytes` may be none.
  bool has_sound_part(const Uuid& pool, const Digest& part, ByteView bytes);
  /// These parts were just stored.
  void note_sound(const Uuid& pool, const std::unordered_set<Digest>& parts);
  Uuid pool_of(AccountNumber account) { return view_->pool_of(account); }
  /// Whether it is in a pack, and not in the journal only; `owner`: the account or the pool.
  bool is_packed(PackClass pack_class, const Uuid& owner, const Digest& digest);
  /// A purge is about to remove it, and it was not stored anew.
  [[nodiscard]] bool is_buried(const Uuid& account);
  bool is_doomed(PackClass pack_class, const Uuid& owner, const Digest& digest);
  /// Whoever asks what the store has, and commits what refers to it, does both within one pass of the gate, or is a
  /// bulk session that is known here and remembers what it asked for.
  [[nodiscard]] WriteGate& gate() { return gate_; }
  void enter_session(BulkWriter* session);
  void leave_session(BulkWriter* session);
  /// Error{kFailed} where a purge has removed a content that a change refers to and that is not `at_hand`.
  void require_contents(const Uuid& account, const std::vector<Operation>& operations,
                        const std::function<bool(const Digest&)>& at_hand);
  void expect_pack(const Digest& name, LoadedPack pack);
  /// Of an account or a pool, oldest first.
  std::vector<BlobTable::Pack> packs_below(PackClass pack_class, const Uuid& owner, std::uint64_t bytes);
  /// Nothing stands in these any more.
  void drop_packs(PackClass pack_class, const Uuid& owner, const std::vector<BlobTable::Pack>& packs);

  /// For a repair. Where a blob or part is; `owner`: the account or the pool.
  std::optional<BlobPlace> find_place(PackClass pack_class, const Uuid& owner, const Digest& digest);
  /// It is to be stored anew when somebody has it. Lost in a power cut, this is to be done again.
  void forget_place(PackClass pack_class, const Uuid& owner, const Digest& digest);
  StoreView& store_view() { return *view_; }
  void set_marks(const Uuid& account, const std::vector<std::pair<ItemId, DirectoryMark>>& marks);

 private:
  friend class Purger;
  struct Counters {
    std::uint64_t next_item = 0;
    std::uint64_t next_version = 0;
  };
  void recover();
  void make_server_directories();
  void recover_after_crash();
  void mark_writing();
  void pack_rest();
  void note_packs(const std::vector<Draft>& drafts);
  void finish_purge();
  void bury(const Uuid& account);
  Counters& counters(const Uuid& account);
  BlobTable& blob_table(PackClass pack_class, const Uuid& owner);
  ItemId take_item(const Uuid& account);
  void record_account(const Account& account, const Change& change, const Bytes& description);
  void record_domain(const std::string& account_name);

  // Constant after construction.
  const StoreWorld world_;
  const Layout layout_;
  const StoreTuning tuning_;
  const std::unique_ptr<FileLock> lock_;
  Uuid id_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<CommitQueue> queue_;
  std::unique_ptr<StoreView> view_;

  std::recursive_mutex catalogs_mutex_;  // Guards catalogs_ and counters_; a rebuild may come in from within.
  std::optional<WriterCatalogs> catalogs_;
  std::unordered_map<std::string, Counters> counters_;

  std::mutex sound_mutex_;                              // Guards the next three.
  std::map<Uuid, std::unordered_set<Digest>> sound_;    // By pool: parts that were stored or read back by this writer.
  std::map<Uuid, std::unordered_set<Digest>> watched_;  // By pool: parts that a purge may remove.
  std::map<Uuid, std::unordered_set<Digest>> needed_;   // Those of them that were asked for since.
  std::atomic<bool> failed_ = false;                    ///< a commit failed: the next opening has to recover
  std::atomic<bool> purged_ = false;                    ///< by this writer: what was asked for earlier may be gone
  WriteGate gate_;
  std::mutex purge_mutex_;  // One purge at a time.
  std::mutex sessions_mutex_;
  std::set<BulkWriter*> sessions_;  // Guarded by sessions_mutex_.
  std::mutex state_mutex_;          // Guards all below.
  bool marked_ = false;
  std::unordered_map<AccountNumber, Uuid> uuids_;

  std::unique_ptr<Packer> packer_;  // Last: its thread uses all of the above.
};

}  // namespace yestermail
