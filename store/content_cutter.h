// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace yestermail {

/// Where a large part is cut into chunks: after bytes that a rolling hash (gear, normalised as in FastCDC, Xia et al.,
/// USENIX ATC 2016) picks by content alone. Around an edit the same cuts are found again. The numbers are the format's
/// (docs/format.md 6): other ones would still be read, but not found again.
struct CutSize {
  unsigned mean_bits = 14;  ///< chunks are 2^mean_bits bytes on average, a quarter of it at least, four times at most
  [[nodiscard]] std::size_t mean() const { return std::size_t{1} << mean_bits; }
  [[nodiscard]] std::size_t least() const { return mean() / 4; }
  [[nodiscard]] std::size_t most() const { return mean() * 4; }
};

/// The chunks of a part of so many bytes.
CutSize cut_size_of(std::uint64_t part_bytes);

/// The length of the first chunk of `bytes`. Where that is all of them and more follow, they have to be at least
/// most() bytes.
std::size_t first_chunk(ByteView bytes, const CutSize& size);

}  // namespace yestermail
