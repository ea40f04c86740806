// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/prefetcher.h"

#include <algorithm>
#include <exception>

#include "fs/thread_signals.h"

namespace yestermail {
namespace {

constexpr unsigned kEnoughInOrder = 2;
constexpr FileOrder::Place kFarthest = 16;  ///< files
/// Who reads what was not listed, or too long ago, is looked for once in so many files: it takes as long as a read.
constexpr unsigned kSearchEvery = 64;
constexpr std::uint64_t kMostAhead = 2U << 20U;
/// Smaller ones are had at once: many of them share a frame. Larger ones are not unpacked as a whole.
constexpr std::uint64_t kLeastBytes = 16U << 10U;
constexpr std::uint64_t kMostBytes = 1U << 20U;

bool is_worth_it(const FileOrder::File& file) { return file.size >= kLeastBytes && file.size <= kMostBytes; }

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
  misses_ = 0;
}

void Prefetcher::begun(AccountNumber account, VersionId body) {
  const std::lock_guard lock(mutex_);
  const bool everywhere = misses_ % kSearchEvery == 0;
  const auto place = order_.find(account, body, next_, everywhere);
  misses_ = place ? 0 : misses_ + 1;
  const bool again = place && *place + 1 == next_;  // The kernel reads one file in several requests.
  if (again) return;
  const bool follows = place && next_ > 0 && *place >= next_ && *place - next_ < kFarthest;
  in_order_ = follows ? in_order_ + 1 : 0;
  if (!follows) wanted_.clear();
  if (!place) return;
  next_ = *place + 1;
  asked_ = follows ? std::max(asked_, next_) : next_;
  if (in_order_ >= kEnoughInOrder) ask();
}

/// With the lock held.
void Prefetcher::ask() {
  std::uint64_t ahead = 0;
  for (auto place = next_; place < asked_; ++place) {
    const auto* const file = order_.at(place);
    if (file != nullptr && is_worth_it(*file)) ahead += file->size;
  }
  for (; asked_ < next_ + kFarthest; ++asked_) {
    const auto* const file = order_.at(asked_);
    if (file == nullptr) break;
    if (!is_worth_it(*file)) continue;
    if (ahead + file->size > kMostAhead) break;
    ahead += file->size;
    wanted_.push_back(asked_);
  }
  if (wanted_.empty()) return;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
}

void Prefetcher::run() {
  block_signals();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return done_ || !wanted_.empty(); });
    if (done_) return;
    const auto place = wanted_.front();
    wanted_.pop_front();
    const auto* const file = order_.at(place);
    if (file == nullptr || place < next_) continue;  // It has been read meanwhile.
    const auto wanted = *file;
    lock.unlock();
    try {
      load_(wanted.account, wanted.body);
    } catch (const std::exception&) {
    }
    lock.lock();
  }
}

}  // namespace yestermail
