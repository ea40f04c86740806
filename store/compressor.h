// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace yestermail {

/// How stored bytes are coded. The numbers are the format's (docs/format.md 5).
enum class Codec : std::uint8_t { kRaw = 0, kZstd = 1 };

/// Bytes as they are stored. `bytes` views the compressor's or the caller's memory until the next call.
struct Encoded {
  Codec codec = Codec::kRaw;
  ByteView bytes;
};

/// Compresses and decompresses; one thread at a time, memory is kept between calls.
class Compressor {
 public:
  /// zstd's level; 0 stores as it is.
  explicit Compressor(int level);
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  /// Raw where compression gains nothing.
  Encoded encode(ByteView raw);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The raw bytes, which must be exactly `raw_length`; Error{kDamage} otherwise, kUnsupported for an unknown codec.
/// Takes no more memory than raw_length and an 8 MiB window, whatever the bytes claim. Safe for concurrent use.
Bytes decode(Codec codec, ByteView encoded, std::size_t raw_length);

}  // namespace yestermail
