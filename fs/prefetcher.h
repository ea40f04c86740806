// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "fs/file_order.h"

namespace yestermail {

/// Has the next files where the kernel keeps what was read, for who reads one after another as they were listed: cp,
/// tar and grep then find most files there, and ask for none of these. All the while a copy waits for no disk,
/// unpacking or checking: that is done on one processor while it writes on another. Of one reader at a time: with more
/// of them there is no processor to spare. It has a thread of its own, which begins with the first file that is read
/// ahead (so it may be made before a fork). Safe for concurrent use.
class Prefetcher {
 public:
  /// Puts whole files where the kernel keeps them; called on the thread. What it throws is ignored: who reads a file
  /// gets it again.
  using Push = std::function<void(std::span<const NodeId> files)>;

  explicit Prefetcher(Push push) : push_(std::move(push)) {}
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;
  ~Prefetcher();  ///< Waits for the files that are being pushed.

  /// A listing told of it.
  void told(const FileOrder::File& file);
  /// The kernel asks for the beginning of it. One that no listing told of says nothing.
  void begun(NodeId file);

 private:
  [[nodiscard]] bool is_far_ahead() const;
  void ask();
  void run();
  std::vector<NodeId> take_batch();

  const Push push_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  FileOrder order_;
  FileOrder::Place next_ = 0;   // Behind the file that was begun last; 0: none was.
  FileOrder::Place asked_ = 0;  // What lies before it has been asked for, or was left out.
  unsigned in_order_ = 0;       // Files begun one after another, as listed.
  std::deque<FileOrder::Place> wanted_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace yestermail
