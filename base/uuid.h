// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace yestermail {

/// Names a store or an incarnation of an account for ever. Random (RFC 4122, version 4); all zero is the server
/// account.
class Uuid {
 public:
  static constexpr std::size_t kSize = 16;

  Uuid() = default;
  [[nodiscard]] static Uuid random();
  [[nodiscard]] static std::optional<Uuid> from_bytes(ByteView bytes);
  [[nodiscard]] static std::optional<Uuid> from_hex(std::string_view hex);  ///< 32 digits, no dashes

  [[nodiscard]] ByteView bytes() const { return std::as_bytes(std::span(value_)); }
  [[nodiscard]] std::string hex() const;
  [[nodiscard]] bool is_zero() const { return *this == Uuid{}; }
  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<unsigned char, kSize> value_{};
};

}  // namespace yestermail
