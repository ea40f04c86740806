// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

namespace yestermail {

/// Counts rounds in which every watcher has handed out what its kernel queue held. Whoever sees something at a time
/// when the count is N knows, when it is N + 2, that the hints of all that happened until then have been handed out: of
/// the two rounds one began afterwards, and in it each watcher's wait() returned twice. Safe for concurrent use.
class Fence {
 public:
  using Id = std::uint64_t;

  [[nodiscard]] const std::atomic<std::uint64_t>& count() const { return rounds_; }

  /// The count has come to `number`; also where there is no watcher whose hints could be waited for.
  [[nodiscard]] bool has_come_to(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    return rounds_ >= number || returns_.empty();
  }

  Id add() {
    const std::lock_guard lock(mutex_);
    returns_.emplace(++last_id_, 0);
    return last_id_;
  }
  void remove(Id id) {
    const std::lock_guard lock(mutex_);
    returns_.erase(id);
    end_round_if_done();
  }
  /// A watcher's wait() has returned, and its hints were handed on.
  void returned(Id id) {
    const std::lock_guard lock(mutex_);
    ++returns_[id];
    end_round_if_done();
  }

 private:
  void end_round_if_done() {
    for (const auto& [id, returns] : returns_) {
      if (returns < kReturns) return;
    }
    for (auto& [id, returns] : returns_) returns = 0;
    ++rounds_;
  }

  static constexpr unsigned kReturns = 2;
  std::atomic<std::uint64_t> rounds_{0};
  std::mutex mutex_;
  std::map<Id, unsigned> returns_;  // In this round. Guarded by mutex_, as last_id_.
  Id last_id_ = 0;
};

}  // namespace yestermail
