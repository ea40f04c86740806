// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/error.h"

namespace yestermail {

Digest hmac_of(ByteView key, ByteView bytes) {
  std::array<unsigned char, Digest::kSize> out{};
  const auto* const from = reinterpret_cast<const unsigned char*>(bytes.data());
  if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), from, bytes.size(), out.data(), nullptr) ==
      nullptr) {
    throw Error(Errc::kFailed, "OpenSSL: HMAC is not available");
  }
  return Digest::from_bytes(std::as_bytes(std::span(out))).value();
}

}  // namespace yestermail
