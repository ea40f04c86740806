// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/uuid.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/hex.h"

namespace yestermail {

Uuid Uuid::random() {
  Uuid uuid;
  if (getrandom(uuid.value_.data(), kSize, 0) != static_cast<ssize_t>(kSize)) throw_errno(errno, "getrandom");
  uuid.value_[6] = static_cast<unsigned char>((uuid.value_[6] & 0x0fU) | 0x40U);
  uuid.value_[8] = static_cast<unsigned char>((uuid.value_[8] & 0x3fU) | 0x80U);
  return uuid;
}

std::optional<Uuid> Uuid::from_bytes(ByteView bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  Uuid uuid;
  std::memcpy(uuid.value_.data(), bytes.data(), kSize);
  return uuid;
}

std::optional<Uuid> Uuid::from_hex(std::string_view hex) {
  const auto bytes = bytes_from_hex(hex);
  return bytes ? from_bytes(*bytes) : std::nullopt;
}

std::string Uuid::hex() const { return to_hex(bytes()); }

}  // namespace yestermail
