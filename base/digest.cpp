// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/digest.h"

#include <openssl/evp.h>

#include "base/c_ptr.h"
#include "base/error.h"
#include "base/hex.h"

namespace yestermail {

struct Hasher::Context {
  CPtr<EVP_MD_CTX, EVP_MD_CTX_free> evp{EVP_MD_CTX_new()};
};

namespace {

// Looked up once: fetching the algorithm by name costs more than hashing a small message.
const EVP_MD* sha256() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

void require(bool ok) {
  if (!ok) throw Error(Errc::kFailed, "OpenSSL: SHA-256 is not available");
}

}  // namespace

Digest Digest::of(ByteView bytes) {
  Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

std::optional<Digest> Digest::from_bytes(ByteView bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  Digest digest;
  std::memcpy(digest.value_.data(), bytes.data(), kSize);
  return digest;
}

std::optional<Digest> Digest::from_hex(std::string_view hex) {
  const auto bytes = bytes_from_hex(hex);
  return bytes ? from_bytes(*bytes) : std::nullopt;
}

std::string Digest::hex() const { return to_hex(bytes()); }

Hasher::Hasher() : context_(std::make_unique<Context>()) {
  require(context_->evp && EVP_DigestInit_ex(context_->evp.get(), sha256(), nullptr) == 1);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(ByteView bytes) { require(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1); }

Digest Hasher::finish() {
  Digest digest;
  unsigned length = 0;
  require(EVP_DigestFinal_ex(context_->evp.get(), digest.value_.data(), &length) == 1);
  require(EVP_DigestInit_ex(context_->evp.get(), sha256(), nullptr) == 1);
  return digest;
}

}  // namespace yestermail
