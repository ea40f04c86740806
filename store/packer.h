// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "store/commit_queue.h"
#include "store/journal_segment.h"
#include "store/pack_merger.h"

namespace yestermail {

class StoreWriter;

/// Moves what finished journal segments hold into packs and logs, and then frees them (docs/format.md 9); then has
/// small packs joined. Killed at any step it begins again and loses nothing.
class Packer {
 public:
  explicit Packer(StoreWriter& writer) : writer_(writer), merger_(writer) {}
  ~Packer();

  /// Starts the thread that does so in its own time.
  void start();
  /// Ends it; waits for a run that has begun.
  void stop();
  /// Packs all segments that are finished now, and joins small packs; throws what goes wrong.
  void run();
  /// Nothing is packed while the lock is held, but by run_paused().
  [[nodiscard]] std::unique_lock<std::mutex> pause() { return std::unique_lock(run_mutex_); }
  void run_paused();
  /// A pack of this owner was added. From any thread.
  void note_pack(PackClass pack_class, const Uuid& owner) { merger_.note(pack_class, owner); }
  /// While paused: finished segments that stay where they are, since they are damaged.
  [[nodiscard]] const std::set<std::uint64_t>& kept() const { return kept_; }

 private:
  /// What one segment holds of one account.
  struct Share {
    std::vector<Transaction> transactions;  // Their blobs view the payloads.
    Lsn last;
  };
  using Shares = std::map<Uuid, Share>;

  void work(const std::stop_token& stop);
  void pack_segment(std::uint64_t number);
  void pack_blobs(const Shares& shares);
  void pack_account(const Uuid& account, const Share& share, std::vector<Draft>& drafts);
  void pack_parts(const Shares& shares, std::vector<Draft>& drafts);
  void write_log(const Uuid& account, const Share& share);
  /// True where transactions are missing between the end of a segment and the next one.
  [[nodiscard]] bool is_cut_short(std::uint64_t number, const SegmentEnd& end) const;

  StoreWriter& writer_;
  PackMerger merger_;             // Its run() is guarded by run_mutex_.
  std::mutex run_mutex_;          // One at a time.
  std::set<std::uint64_t> kept_;  // Guarded by run_mutex_: damaged, packed as far as they can be read, not given up.
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace yestermail
