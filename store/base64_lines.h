// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace yestermail {

/// Base64 as mail programs write it (RFC 2045): lines of one length, each with a line end, the last one as long as is
/// left of it. Debian 12 has no library that decodes only what encodes to the same bytes again; this does no other.
struct Base64Coding {
  static constexpr std::uint32_t kMinLine = 20;
  static constexpr std::uint32_t kMaxLine = 1000;
  std::uint32_t line = 76;  ///< characters a line: a multiple of 4 within these limits
  bool crlf = false;        ///< line ends are CR LF, else LF
  bool open_end = false;    ///< the last line has no line end
  bool operator==(const Base64Coding&) const = default;

  [[nodiscard]] std::uint64_t text_line() const { return std::uint64_t{line} + (crlf ? 2 : 1); }
  [[nodiscard]] std::uint64_t byte_line() const { return std::uint64_t{line} / 4 * 3; }
};

/// How long the text of so many bytes is.
std::uint64_t encoded_size(const Base64Coding& coding, std::uint64_t bytes);

/// Writes the text of `bytes` to `to`, which is exactly encoded_size() long. A text may be written in pieces: all but
/// the last are a multiple of byte_line() long, and not `open_end`.
void encode_base64(const Base64Coding& coding, ByteView bytes, std::span<std::byte> to);

/// Fills `to` with that text from its character `skipped` on, which stands in the first line; the text goes as far.
void encode_base64_range(const Base64Coding& coding, ByteView bytes, std::size_t skipped, std::span<std::byte> to);

/// The coding of a text that begins here, if its first line is a full line of base64; never with `open_end`.
std::optional<Base64Coding> base64_at(ByteView text);

/// Decodes a text that comes in pieces.
class Base64Reader {
 public:
  explicit Base64Reader(const Base64Coding& coding) : coding_(coding) {}

  /// The most bytes that so much text decodes to.
  [[nodiscard]] std::size_t room_for(std::size_t text) const;

  struct Taken {
    std::size_t text = 0;   ///< characters, line ends too
    std::size_t bytes = 0;  ///< what they decode to
  };
  /// Decodes as many whole lines of `text` as belong to it to `to`, where there is room_for() it. `is_last`: nothing
  /// follows `text`. The text has ended where less was taken than was there, up to a line's length, or where ended().
  Taken take(ByteView text, bool is_last, std::span<std::byte> to);
  [[nodiscard]] bool ended() const { return ended_; }
  /// With `open_end` as it was found.
  [[nodiscard]] const Base64Coding& coding() const { return coding_; }

 private:
  Taken take_last_line(ByteView text, bool is_last, std::byte* to);
  Base64Coding coding_;
  bool ended_ = false;
};

}  // namespace yestermail
