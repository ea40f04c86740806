// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace yestermail {

enum class Request : std::uint8_t { kLookup, kGetattr, kList, kListPlus, kRead, kOther, kFailed, kPushed };

inline constexpr std::array<std::string_view, 8> kRequestNames{"lookup", "getattr", "readdir", "readdirplus",
                                                               "read",   "other",   "failed",  "pushed"};

/// What a mount was asked since it began, and how many files it gave unasked ("pushed", see Prefetcher). Safe for
/// concurrent use.
class RequestCounters {
 public:
  void count(Request request) { counts_[index(request)].fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t of(Request request) const {
    return counts_[index(request)].load(std::memory_order_relaxed);
  }

 private:
  static std::size_t index(Request request) { return static_cast<std::size_t>(request); }
  std::array<std::atomic<std::uint64_t>, kRequestNames.size()> counts_{};
};

}  // namespace yestermail
