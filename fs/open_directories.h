// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "fs/listed_ahead.h"

namespace yestermail {

inline constexpr std::uint64_t kNoCursor = std::numeric_limits<std::uint64_t>::max();

/// An open directory: the instant that a listing which began at its start holds on to; none yet: Instant{}. The
/// cursor of its last entry, once all were told. And what was read of it ahead.
struct DirectoryHandle {
  std::mutex mutex;  // Guards all below.
  Instant pinned{};
  std::uint64_t end = kNoCursor;
  ListedAhead ahead;
};

/// The directories that are open in a mount, by number. Where it ends before the kernel has told that one was closed,
/// the handle ends with it. Safe for concurrent use.
class OpenDirectories {
 public:
  std::uint64_t open() {
    const std::lock_guard lock(mutex_);
    handles_.emplace(++last_, std::make_shared<DirectoryHandle>());
    return last_;
  }
  /// It stays as long as somebody holds it: what is read ahead may go on while the directory is closed.
  std::shared_ptr<DirectoryHandle> find(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = handles_.find(number);
    return found == handles_.end() ? nullptr : found->second;
  }
  void close(std::uint64_t number) noexcept {
    const std::lock_guard lock(mutex_);
    handles_.erase(number);
  }

 private:
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, std::shared_ptr<DirectoryHandle>> handles_;
};

}  // namespace yestermail
