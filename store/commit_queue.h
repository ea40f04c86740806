// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "store/journal.h"
#include "store/transaction.h"

namespace yestermail {

/// A transaction without number and instant. `backing` holds what its BlobOperations view.
struct Draft {
  Uuid account;
  std::vector<Operation> operations;
  std::vector<Bytes> backing;
};

/// Says of a pack that it is there: in its account, or in the server account where a pool owns it.
Draft draft_of_pack(PackClass pack_class, const Uuid& owner, const Digest& name, std::vector<Digest> replaced = {});

/// Group commit: whoever comes first writes and syncs for all who wait, and then applies what became durable while the
/// next group is being written. Safe for concurrent use.
class CommitQueue {
 public:
  /// Called with what is durable, one batch at a time and in order: transactions, their segment, and what offset 0 of
  /// the segment would be in memory.
  using Apply = std::function<void(const std::vector<Transaction>&, std::uint64_t segment, const std::byte* start)>;

  CommitQueue(Journal& journal, const Clock& clock, Apply apply)
      : journal_(journal), clock_(clock), apply_(std::move(apply)) {}

  /// Commits the drafts, all in one batch; on return they are durable and applied. The instant is theirs alone, or
  /// shared with others of the same sync. After a failed write every later call throws Error{kReadOnly}.
  Instant commit(std::vector<Draft> drafts);

 private:
  struct Request {
    std::vector<Draft> drafts;
    Instant at;
    bool taken = false;  ///< a leader has it; another one has nothing to do
    bool done = false;
    std::exception_ptr failure;
  };
  void lead(std::unique_lock<std::mutex>& lock);
  void write_and_apply(const std::vector<Request*>& group, std::unique_lock<std::mutex>& applying);
  void finish(const std::vector<Request*>& group, Instant at, const std::exception_ptr& failure);

  Journal& journal_;
  const Clock& clock_;
  const Apply apply_;
  std::mutex apply_mutex_;     // Taken before leadership is handed on, so that batches are applied in order.
  bool apply_failed_ = false;  // Guarded by apply_mutex_. Applying later batches would hide the one that was not.

  std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::vector<Request*> waiting_;
  bool leader_ = false;
};

}  // namespace yestermail
