// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/compressor.h"

#include <zstd.h>

#include "base/c_ptr.h"
#include "base/error.h"
#include "store/spare_bytes.h"

namespace yestermail {
namespace {

constexpr int kWindowLogMax = 23;  // 8 MiB: zstd's own default would accept 128 MiB from a hostile frame.

CPtr<ZSTD_DCtx, ZSTD_freeDCtx> make_decoder() {
  CPtr<ZSTD_DCtx, ZSTD_freeDCtx> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  return context;
}

}  // namespace

struct Compressor::State {
  int level = 0;
  CPtr<ZSTD_CCtx, ZSTD_freeCCtx> context;
  Bytes output;
};

Compressor::Compressor(int level) : state_(std::make_unique<State>()) {
  state_->level = level;
  if (level == 0) return;
  state_->context.reset(ZSTD_createCCtx());
  if (!state_->context) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_compressionLevel, level);
}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

Encoded Compressor::encode(ByteView raw) {
  if (state_->level == 0 || raw.empty()) return {Codec::kRaw, raw};
  state_->output.resize(ZSTD_compressBound(raw.size()));
  const auto size =
      ZSTD_compress2(state_->context.get(), state_->output.data(), state_->output.size(), raw.data(), raw.size());
  if (ZSTD_isError(size) != 0) throw Error(Errc::kFailed, std::string("zstd: ") + ZSTD_getErrorName(size));
  if (size >= raw.size()) return {Codec::kRaw, raw};
  return {Codec::kZstd, ByteView(state_->output).first(size)};
}

Bytes decode(Codec codec, ByteView encoded, std::size_t raw_length) {
  if (codec == Codec::kRaw) {
    if (encoded.size() != raw_length) throw Error(Errc::kDamage, "stored bytes have the wrong length");
    return {encoded.begin(), encoded.end()};
  }
  if (codec != Codec::kZstd)
    throw Error(Errc::kUnsupported, "stored bytes are in a coding that this version does not know");
  // Kept for the thread: making one takes longer than most frames do.
  static thread_local const CPtr<ZSTD_DCtx, ZSTD_freeDCtx> kContext = make_decoder();
  auto raw = take_bytes(raw_length);
  const auto size = ZSTD_decompressDCtx(kContext.get(), raw.data(), raw.size(), encoded.data(), encoded.size());
  if (ZSTD_isError(size) != 0 || size != raw_length) throw Error(Errc::kDamage, "stored bytes do not decompress");
  return raw;
}

}  // namespace yestermail
