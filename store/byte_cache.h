// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"

namespace yestermail {

/// Decoded frames and parts, the least recently used dropped first, bounded by bytes. Threads that want the same thing
/// at once load it once. Safe for concurrent use.
class ByteCache {
 public:
  using Key = std::pair<Digest, std::uint64_t>;
  using Value = std::shared_ptr<const Bytes>;

  explicit ByteCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// The cached value, or what `load` gives. If `load` throws, that goes to its caller; others who wait try themselves.
  Value get(const Key& key, const std::function<Bytes()>& load);

 private:
  struct Slot {
    Value value;  ///< none while it is being loaded
    std::list<Key>::iterator recent;
  };
  void shrink();

  const std::size_t max_bytes_;
  std::mutex mutex_;  // Guards all below.
  std::condition_variable loaded_;
  std::map<Key, Slot> slots_;
  std::list<Key> recent_;  // Newest first; loaded ones only.
  std::size_t bytes_ = 0;
};

}  // namespace yestermail
