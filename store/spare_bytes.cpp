// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/spare_bytes.h"

#include <sys/mman.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace yestermail {
namespace {

constexpr std::size_t kLeast = 64U << 10U;  // The heap keeps smaller ones by itself.
constexpr std::size_t kMostKept = 8U << 20U;
constexpr std::size_t kMostPieces = kMostKept / kLeast;

class SpareBytes {
 public:
  SpareBytes() { spare_.reserve(kMostPieces); }
  /// Empty where none fits: one that is much larger would be lost in a cache that counts what it was asked for.
  Bytes take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    auto best = spare_.end();
    for (auto it = spare_.begin(); it != spare_.end(); ++it) {
      if (it->capacity() < size || it->capacity() > 2 * size) continue;
      if (best == spare_.end() || it->capacity() < best->capacity()) best = it;
    }
    if (best == spare_.end()) return {};
    auto taken = std::move(*best);
    spare_.erase(best);
    kept_ -= taken.capacity();
    return taken;
  }

  void give(Bytes bytes) noexcept {
    const std::lock_guard lock(mutex_);
    while (!spare_.empty() && (kept_ + bytes.capacity() > kMostKept || spare_.size() == kMostPieces)) {
      kept_ -= spare_.front().capacity();
      spare_.erase(spare_.begin());
    }
    if (bytes.capacity() > kMostKept) return;
    kept_ += bytes.capacity();
    spare_.push_back(std::move(bytes));  // There is room: it cannot fail.
  }

 private:
  std::mutex mutex_;
  std::vector<Bytes> spare_;  // Oldest first. Guarded by mutex_, as the rest.
  std::size_t kept_ = 0;
};

/// Whoever shares bytes has it too: they may end after this variable, at the end of the program.
const std::shared_ptr<SpareBytes>& spare() {
  static const auto kSpare = std::make_shared<SpareBytes>();
  return kSpare;
}

/// All in one call: each page by itself, at its first use, costs more than to fill it. Where the system does not know
/// how, that is what happens.
void get_pages(const Bytes& bytes) {
  constexpr std::uintptr_t kPage = 4096;
  const auto from = (reinterpret_cast<std::uintptr_t>(bytes.data()) + kPage - 1) / kPage * kPage;
  const auto until = (reinterpret_cast<std::uintptr_t>(bytes.data()) + bytes.capacity()) / kPage * kPage;
  if (from < until) ::madvise(reinterpret_cast<void*>(from), until - from, MADV_POPULATE_WRITE);
}

}  // namespace

Bytes take_bytes(std::size_t size) {
  if (size < kLeast) return Bytes(size);
  auto bytes = spare()->take(size);
  if (bytes.capacity() < size) {
    bytes.reserve(size);
    get_pages(bytes);
  }
  bytes.resize(size);
  return bytes;
}

void give_bytes(Bytes bytes) noexcept {
  if (bytes.capacity() >= kLeast) spare()->give(std::move(bytes));
}

std::shared_ptr<const Bytes> share_bytes(Bytes bytes) {
  if (bytes.capacity() < kLeast) return std::make_shared<const Bytes>(std::move(bytes));
  auto* const shared = new Bytes(std::move(bytes));
  return {shared, [kept = spare()](Bytes* last) {
            kept->give(std::move(*last));
            delete last;
          }};
}

}  // namespace yestermail
