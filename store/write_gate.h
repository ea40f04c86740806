// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <mutex>

namespace yestermail {

/// Lets writers through, any number at once, and is closed by a purge for a moment, in which none is inside. Who waits
/// to close it goes first. Safe for concurrent use.
class WriteGate {
 public:
  /// A writer is inside while this lives; not to be nested.
  class Pass {
   public:
    explicit Pass(WriteGate& gate) : gate_(gate) {
      std::unique_lock lock(gate_.mutex_);
      gate_.changed_.wait(lock, [this] { return !gate_.closed_; });
      ++gate_.inside_;
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      const std::scoped_lock lock(gate_.mutex_);
      if (--gate_.inside_ == 0) gate_.changed_.notify_all();
    }

   private:
    WriteGate& gate_;
  };

  /// No writer is inside while this lives. One at a time.
  class Closed {
   public:
    explicit Closed(WriteGate& gate) : gate_(gate) {
      std::unique_lock lock(gate_.mutex_);
      gate_.closed_ = true;
      gate_.changed_.wait(lock, [this] { return gate_.inside_ == 0; });
    }
    Closed(const Closed&) = delete;
    Closed& operator=(const Closed&) = delete;
    ~Closed() {
      const std::scoped_lock lock(gate_.mutex_);
      gate_.closed_ = false;
      gate_.changed_.notify_all();
    }

   private:
    WriteGate& gate_;
  };

 private:
  std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  bool closed_ = false;
  std::size_t inside_ = 0;
};

}  // namespace yestermail
