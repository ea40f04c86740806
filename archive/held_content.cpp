// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/held_content.h"

#include <algorithm>

namespace yestermail {

HeldContent::HeldContent(TarReader& tar, std::uint64_t expected_size, const std::string& spool_directory,
                         bool only_digest) {
  constexpr std::uint64_t kHeldPiece = 256U << 10U;
  const bool large = expected_size > kInMemory;
  if (large && !only_digest) spool_ = std::make_unique<Spool>(spool_directory);
  Bytes piece(static_cast<std::size_t>(std::clamp<std::uint64_t>(expected_size, 1, kHeldPiece)));
  Hasher hasher;
  while (const auto got = tar.read(piece)) {
    const auto part = ByteView(piece).first(got);
    hasher.update(part);
    size_ += got;
    if (spool_) {
      spool_->append(part);
    } else if (!large) {
      append(bytes_, part);
    }
  }
  digest_ = hasher.finish();
}

std::size_t HeldContent::read(std::span<std::byte> into) {
  const auto got = read_at(at_, into);
  at_ += got;
  return got;
}

std::size_t HeldContent::read_at(std::uint64_t offset, std::span<std::byte> into) {
  if (spool_) return spool_->read_at(offset, into);
  const auto from = ByteView(bytes_).subspan(std::min<std::size_t>(bytes_.size(), static_cast<std::size_t>(offset)));
  const auto count = std::min(from.size(), into.size());
  std::copy_n(from.begin(), count, into.begin());
  return count;
}

}  // namespace yestermail
