// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "store/blob_splitter.h"
#include "store/compressor.h"
#include "store/pack_writer.h"
#include "store/recorder.h"
#include "store/store_writer.h"

namespace yestermail {

/// The bulk path: blobs go into packs as they come, small rests and all changes into one journal batch at commit().
class BulkWriter final : public BulkSession {
 public:
  explicit BulkWriter(StoreWriter& writer) : writer_(writer) { writer_.enter_session(this); }
  ~BulkWriter() override { writer_.leave_session(this); }
  BulkWriter(const BulkWriter&) = delete;
  BulkWriter& operator=(const BulkWriter&) = delete;

  StoredBlob store(AccountNumber account, BlobSource& source) override;
  void add(AccountNumber account, Change change) override;
  void add_marks(AccountNumber account, std::vector<std::pair<ItemId, DirectoryMark>> marks) override;
  [[nodiscard]] bool full() const override;
  Instant commit() override;

  /// For a purge: what was asked for since the last commit, and may be referred to by the next.
  [[nodiscard]] bool has_asked(const Uuid& account, const Digest& content);
  void add_asked_parts(const Uuid& pool, const std::unordered_set<Digest>& among, std::unordered_set<Digest>& to);

 private:
  /// Blobs of one account, or parts of one pool, on their way into one frame.
  struct OpenFrame {
    Uuid owner;
    Bytes raw;
    std::vector<PackEntry> entries;
  };
  /// What one thread needs to store a blob; lent out, so that there are as many as threads at work.
  struct Bench {
    explicit Bench(int level) : compressor(level) {}
    Compressor compressor;
    BlobReadBuffer buffer;
    OpenFrame frame;
    OpenFrame text_parts;  ///< like to like: it compresses better
    OpenFrame binary_parts;
  };
  class Parts;

  std::unique_ptr<Bench> take_bench();
  StoredBlob store_at(Bench& bench, const Uuid& account, const Uuid& pool, BlobSource& source);
  template <class Work>
  void guarded(const Work& work);
  Instant commit_all();
  void forget_claims();
  bool claim(const Uuid& account, const Digest& blob);
  void keep(Bench& bench, const Uuid& account, const CutBlob& blob);
  bool has_part(const Uuid& pool, const Digest& part, ByteView bytes);
  void keep_part(Bench& bench, const Uuid& pool, const Digest& digest, BlobForm form, std::uint64_t size,
                 ByteView stored);
  void flush(Bench& bench);
  void flush_parts(Bench& bench, OpenFrame& frame);
  PackWriter& account_pack(const Uuid& account);
  PackWriter& pool_pack(const Uuid& pool);
  void flush_rests(std::map<Uuid, Draft>& drafts);
  static void inline_rest(Bench& bench, Draft& draft);
  void seal_packs(std::map<Uuid, Draft>& drafts);
  void seal(PackWriter& pack, PackOperation operation, Draft& draft);

  StoreWriter& writer_;
  std::atomic<bool> broken_{false};
  std::atomic<std::uint64_t> stored_bytes_{0};
  std::atomic<std::uint64_t> pending_changes_{0};
  std::atomic<std::uint64_t> asked_{0};

  std::mutex mutex_;  // Guards all below.
  std::vector<std::unique_ptr<Bench>> benches_;
  std::map<Uuid, std::unique_ptr<PackWriter>> account_packs_;
  std::map<Uuid, std::vector<std::unique_ptr<PackWriter>>> pool_packs_;  // By pool; the last one is written to.
  std::set<std::pair<Uuid, Digest>> claimed_blobs_;                      // Stored since the last commit, by account.
  std::map<Uuid, std::unordered_set<Digest>> asked_blobs_;               // Looked for since the last commit.
  std::map<Uuid, std::unordered_set<Digest>> claimed_parts_;             // Likewise, by pool.
  std::vector<std::pair<AccountNumber, std::vector<Change>>> changes_;
  std::vector<std::pair<AccountNumber, std::vector<std::pair<ItemId, DirectoryMark>>>> marks_;
};

}  // namespace yestermail
