// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "base/bytes.h"

namespace yestermail {

/// Bytes that are put together again and again: the memory stays for the next ones, and is never filled in vain. Room
/// for more may move what is there: views hold until then.
class ReusedBytes {
 public:
  ReusedBytes() = default;
  ReusedBytes(const ReusedBytes&) = delete;
  ReusedBytes& operator=(const ReusedBytes&) = delete;

  [[nodiscard]] std::size_t size() const { return used_; }
  [[nodiscard]] ByteView view() const { return {memory_.get(), used_}; }
  [[nodiscard]] ByteView from(std::size_t offset) const { return view().subspan(offset); }

  /// So many bytes behind what is there, of any content; they are there after extend().
  std::span<std::byte> room(std::size_t size) {
    if (capacity_ - used_ < size) grow(used_ + size);
    return {memory_.get() + used_, size};
  }
  void extend(std::size_t size) { used_ += size; }

  void append(ByteView more) {
    std::ranges::copy(more, room(more.size()).begin());
    extend(more.size());
  }
  /// Forgets what is behind the first `size` bytes.
  void cut(std::size_t size) { used_ = size; }
  /// Forgets the first `size` bytes.
  void drop_front(std::size_t size) {
    std::copy(memory_.get() + size, memory_.get() + used_, memory_.get());
    used_ -= size;
  }

 private:
  void grow(std::size_t least) {
    const auto capacity = std::max(least, 2 * capacity_);
    auto memory = std::make_unique_for_overwrite<std::byte[]>(capacity);
    std::ranges::copy(view(), memory.get());
    memory_ = std::move(memory);
    capacity_ = capacity;
  }

  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
};

}  // namespace yestermail
