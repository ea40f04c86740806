// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/commit_queue.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace yestermail {

Draft draft_of_pack(PackClass pack_class, const Uuid& owner, const Digest& name, std::vector<Digest> replaced) {
  const bool in_pool = pack_class == PackClass::kPool;
  PackOperation pack{pack_class, name, in_pool ? owner : Uuid{}, std::move(replaced)};
  return {in_pool ? Uuid{} : owner, {std::move(pack)}, {}};
}

Instant CommitQueue::commit(std::vector<Draft> drafts) {
  Request request;
  request.drafts = std::move(drafts);
  std::unique_lock lock(mutex_);
  waiting_.push_back(&request);
  while (!request.done) {
    if (leader_ || request.taken) {
      changed_.wait(lock);
    } else {
      lead(lock);
    }
  }
  if (request.failure) std::rethrow_exception(request.failure);
  return request.at;
}

// Called with `lock` held and no leader; takes everybody who waits with it.
void CommitQueue::lead(std::unique_lock<std::mutex>& lock) {
  leader_ = true;
  const auto group = std::exchange(waiting_, {});
  for (auto* request : group) request->taken = true;
  lock.unlock();
  std::unique_lock<std::mutex> applying(apply_mutex_, std::defer_lock);
  write_and_apply(group, applying);
  lock.lock();
  changed_.notify_all();
}

void CommitQueue::write_and_apply(const std::vector<Request*>& group, std::unique_lock<std::mutex>& applying) {
  // Only the leader comes here, so the numbers need no lock.
  Instant at;
  std::exception_ptr failure;
  std::vector<Transaction> transactions;
  Bytes payload;
  Journal::Place place;
  try {
    const auto first = journal_.next_lsn();
    at = std::max(clock_.now(), Instant{journal_.last_at().value + 1});
    std::uint32_t count = 0;
    for (const auto* request : group) {
      for (const auto& draft : request->drafts) {
        Bytes operations;
        for (const auto& operation : draft.operations) encode_operation(operation, operations);
        encode_transaction(Lsn{first.value + count}, at, draft.account, draft.operations.size(), operations, payload);
        ++count;
      }
    }
    place = journal_.append(first, count, at, payload);
    // Read back what was written: the blobs' places follow from it.
    ByteReader in(payload);
    while (!in.done()) transactions.push_back(decode_transaction(in));
  } catch (...) {
    failure = std::current_exception();
  }
  applying.lock();
  {
    const std::scoped_lock lock(mutex_);
    leader_ = false;  // The next group may be written while this one is applied.
    changed_.notify_all();
  }
  if (!failure) {
    try {
      if (apply_failed_) throw Error(Errc::kReadOnly, "nothing is recorded after a failure: open the store again");
      apply_(transactions, place.segment, payload.data() - place.payload_offset);
    } catch (...) {
      apply_failed_ = true;
      failure = std::current_exception();
    }
  }
  applying.unlock();
  finish(group, at, failure);
}

void CommitQueue::finish(const std::vector<Request*>& group, Instant at, const std::exception_ptr& failure) {
  const std::scoped_lock lock(mutex_);
  for (auto* request : group) {
    request->at = at;
    request->failure = failure;
    request->done = true;
  }
}

}  // namespace yestermail
