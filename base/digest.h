// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace yestermail {

/// SHA-256 of some bytes (FIPS 180-4). A type of its own, never a string.
class Digest {
 public:
  static constexpr std::size_t kSize = 32;

  Digest() = default;
  [[nodiscard]] static Digest of(ByteView bytes);
  /// From exactly kSize bytes, or from exactly 64 lower case hex digits; anything else is no digest.
  [[nodiscard]] static std::optional<Digest> from_bytes(ByteView bytes);
  [[nodiscard]] static std::optional<Digest> from_hex(std::string_view hex);

  [[nodiscard]] ByteView bytes() const { return std::as_bytes(std::span(value_)); }
  [[nodiscard]] std::string hex() const;
  auto operator<=>(const Digest&) const = default;

 private:
  friend class Hasher;
  std::array<unsigned char, kSize> value_{};
};

/// Hashes a stream. One thread at a time.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(ByteView bytes);
  /// The digest of all that was given; the hasher then starts anew.
  [[nodiscard]] Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace yestermail

template <>
struct std::hash<yestermail::Digest> {
  std::size_t operator()(const yestermail::Digest& digest) const noexcept {
    std::size_t head = 0;  // A digest is uniform: its first bytes are a hash already.
    std::memcpy(&head, digest.bytes().data(), sizeof head);
    return head;
  }
};
