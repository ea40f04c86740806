// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/filesystem.h"
#include "store/compressor.h"

namespace yestermail {

/// A compressed group of bytes in a pack or log, with its own header and sums (docs/format.md 5).
enum class FrameKind : std::uint32_t {
  kData = 0x52464d59,      ///< "YMFR"
  kContents = 0x43544d59,  ///< "YMTC"
};
inline constexpr std::size_t kFrameHeaderBytes = 32;
inline constexpr std::size_t kMaxRawFrameBytes = 16U << 20U;

/// Appends a frame that will stand at `offset` of its file. Its size is kFrameHeaderBytes + encoded.bytes.size().
void append_frame(FrameKind kind, const Encoded& encoded, std::size_t raw_length, std::uint64_t offset, Bytes& to);

/// A frame that was read: its raw bytes, and where the next one begins.
struct Frame {
  Bytes raw;
  std::uint64_t end = 0;
};

/// Reads the frame at `offset`; every byte was checked. Error{kDamage} names `path` and the offset.
Frame read_frame(const File& file, const std::string& path, std::uint64_t offset, FrameKind kind);

/// Some raw bytes of a frame that stores them as they are; nullopt: this one is compressed. The sum of the frame was
/// not checked, only that of its header: the caller checks a digest over these bytes. Error{kDamage} as above.
std::optional<Bytes> read_plain(const File& file, const std::string& path, std::uint64_t offset, std::uint64_t inner,
                                std::uint64_t length);

}  // namespace yestermail
