// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "store/view.h"

namespace yestermail {

/// A content that is wanted.
struct WantedContent {
  AccountNumber account;
  Digest digest;
  std::uint64_t size = 0;
};

/// Why it cannot be had.
struct Refusal {
  Errc code = Errc::kFailed;
  std::string text;
};

/// A content that was checked against its digest: in memory, or, where it is large, to be read once more.
struct Content {
  Bytes bytes;
  std::unique_ptr<BlobReader> large;  ///< none: all of it is in `bytes`
  std::optional<Refusal> refusal;
};

/// Loads contents on several threads, and gives them in the order in which they were asked for. At most about 32 MiB
/// are in memory. One thread asks and takes.
class ReadAhead {
 public:
  /// The view outlives it.
  ReadAhead(View& view, unsigned threads);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ~ReadAhead();  ///< Waits for what is being read.

  /// True if take() should come before the next ask().
  [[nodiscard]] bool full() const { return held_bytes_ >= kHeldBytes || slots_.size() >= kSlots; }
  void ask(const WantedContent& wanted);
  /// The oldest one that was asked for and not taken; waits for it. There must be one.
  Content take();

  static constexpr std::uint64_t kLargeBytes = 8U << 20U;  ///< from here on a content is read twice instead of held

 private:
  static constexpr std::uint64_t kHeldBytes = 32U << 20U;
  static constexpr std::size_t kSlots = 256;

  struct Slot {
    WantedContent wanted;
    Content content;
    bool ready = false;
  };

  void work();
  [[nodiscard]] Content load(const WantedContent& wanted);

  View& view_;
  std::uint64_t held_bytes_ = 0;             // Of the asking thread.
  std::deque<std::shared_ptr<Slot>> slots_;  // Likewise: in the order of asking.
  std::mutex mutex_;
  std::condition_variable asked_;
  std::condition_variable loaded_;
  // Guarded by mutex_, and so are the slots' `content` until `ready`.
  std::deque<std::shared_ptr<Slot>> queue_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace yestermail
