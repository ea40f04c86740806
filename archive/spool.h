// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/fd.h"

namespace yestermail {

/// Text that is gathered on disk, in a file without a name: a member's size has to be known before its bytes. One
/// thread.
class Spool {
 public:
  explicit Spool(const std::string& directory);

  void append(std::string_view text);
  void append(ByteView bytes) { append(as_text(bytes)); }
  [[nodiscard]] std::uint64_t size() const { return written_ + buffer_.size(); }
  /// Gives all that was appended, piece by piece. Nothing may be appended afterwards.
  void read(const std::function<void(ByteView)>& take);
  /// As much of it from `offset` on as fits into `into`; 0 at the end. Likewise.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into);

 private:
  void flush();

  const std::string directory_;
  Fd fd_;
  std::string buffer_;
  std::uint64_t written_ = 0;
};

}  // namespace yestermail
