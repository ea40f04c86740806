// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "fs/file_order.h"

namespace yestermail {

/// Has the next files ready for who reads one after another, as they were listed: a copy of a mailbox waits for the
/// disk, for unpacking and for checking on one processor while it writes on another. It has a thread of its own, which
/// begins with the first file that is read ahead (so it may be made before a fork). Of one reader at a time: with more
/// of them there is no processor to spare. Safe for concurrent use.
class Prefetcher {
 public:
  /// Brings a file into a cache; called on the thread. What it throws is ignored: who reads the file gets it again.
  using Load = std::function<void(AccountNumber account, VersionId body)>;

  explicit Prefetcher(Load load) : load_(std::move(load)) {}
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;
  ~Prefetcher();  ///< Waits for the file that is being loaded.

  /// A listing told of it.
  void told(const FileOrder::File& file);
  /// Somebody reads it from its beginning.
  void begun(AccountNumber account, VersionId body);

 private:
  void ask();
  void run();

  const Load load_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  FileOrder order_;
  FileOrder::Place next_ = 0;   // Behind the file that was begun last; 0: none was.
  FileOrder::Place asked_ = 0;  // What lies before it has been asked for, or was left out.
  unsigned in_order_ = 0;       // Files begun one after another, as listed.
  unsigned misses_ = 0;         // Files begun one after another that no listing told.
  std::deque<FileOrder::Place> wanted_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace yestermail
