// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"

namespace yestermail {

inline constexpr std::uint64_t kNoCursor = std::numeric_limits<std::uint64_t>::max();

/// An open directory: the instant that a listing which began at its start holds on to; none yet: Instant{}. And the
/// cursor of its last entry, once all were told.
struct DirectoryHandle {
  std::atomic<Instant> pinned{};
  std::atomic<std::uint64_t> end{kNoCursor};
};

/// The directories that are open in a mount. Where it ends before the kernel has told that one was closed, the handle
/// ends with it. Safe for concurrent use.
class OpenDirectories {
 public:
  DirectoryHandle& open() {
    auto handle = std::make_unique<DirectoryHandle>();
    auto& opened = *handle;
    const std::lock_guard lock(mutex_);
    handles_.emplace(&opened, std::move(handle));
    return opened;
  }
  void close(const DirectoryHandle* handle) noexcept {
    const std::lock_guard lock(mutex_);
    handles_.erase(handle);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<const DirectoryHandle*, std::unique_ptr<DirectoryHandle>> handles_;
};

}  // namespace yestermail
