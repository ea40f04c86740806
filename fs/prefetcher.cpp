// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/prefetcher.h"

#include <algorithm>
#include <exception>

#include "fs/thread_signals.h"
#include "store/view.h"

namespace yestermail {
namespace {

constexpr unsigned kEnoughInOrder = 2;
// Files are pushed in groups.
constexpr std::size_t kGroupFiles = 32;
constexpr std::uint64_t kGroupBytes = 2U << 20U;
constexpr std::size_t kBatch = 16;     ///< files that are looked up with one question
constexpr FileOrder::Place kNear = 4;  ///< some read every name but a few

bool can_be_pushed(const FileOrder::File& file) { return file.size <= View::kMostContentBytes; }

}  // namespace

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Prefetcher::told(const FileOrder::File& file) {
  const std::lock_guard lock(mutex_);
  order_.told(file);
}

void Prefetcher::begun(NodeId file) {
  const std::lock_guard lock(mutex_);
  const auto place = order_.find(file);
  if (!place) return;
  const bool again = *place + 1 == next_;  // The kernel reads one file in several requests.
  if (again) return;
  const bool follows = next_ > 0 && *place >= next_ && *place < std::max(asked_, next_) + kNear;
  in_order_ = follows ? in_order_ + 1 : 0;
  if (!follows) wanted_.clear();
  next_ = *place + 1;
  asked_ = follows ? std::max(asked_, next_) : next_;
  if (in_order_ >= kEnoughInOrder && !is_far_ahead()) ask();
}

/// With the lock held.
bool Prefetcher::is_far_ahead() const {
  std::uint64_t bytes = 0;
  for (auto place = next_; place < asked_; ++place) {
    const auto* const file = order_.at(place);
    if (file != nullptr && can_be_pushed(*file)) bytes += file->size;
  }
  return bytes > kGroupBytes || asked_ - next_ > kGroupFiles;
}

/// With the lock held. Who reads what was pushed asks for nothing: how far it has come shows by the one file in the
/// middle of a group that is left for it to ask for. When it does, it is time for the next group.
void Prefetcher::ask() {
  std::uint64_t bytes = 0;
  bool one_left = false;
  if (asked_ == next_) ++asked_;  // It is asked for before it could be pushed.
  for (std::size_t count = 0; count < kGroupFiles; ++count, ++asked_) {
    const auto* const file = order_.at(asked_);
    if (file == nullptr || bytes + file->size > kGroupBytes) break;
    if (file->size == 0) continue;
    const bool in_the_middle = 2 * count >= kGroupFiles || 2 * bytes >= kGroupBytes;
    const bool left = !can_be_pushed(*file) || (in_the_middle && !one_left);
    one_left = one_left || left;
    if (left) continue;
    bytes += file->size;
    wanted_.push_back(asked_);
  }
  if (wanted_.empty()) return;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
}

/// With the lock held.
std::vector<NodeId> Prefetcher::take_batch() {
  std::vector<NodeId> batch;
  for (; !wanted_.empty() && batch.size() < kBatch; wanted_.pop_front()) {
    const auto* const file = order_.at(wanted_.front());
    if (file != nullptr && wanted_.front() >= next_)
      batch.push_back(file->node);  // Otherwise it has been read meanwhile.
  }
  return batch;
}

void Prefetcher::run() {
  block_signals();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return done_ || !wanted_.empty(); });
    if (done_) return;
    const auto batch = take_batch();
    if (batch.empty()) continue;
    lock.unlock();
    try {
      push_(batch);
    } catch (const std::exception&) {
    }
    lock.lock();
  }
}

}  // namespace yestermail
