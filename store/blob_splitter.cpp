// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/blob_splitter.h"

#include <algorithm>
#include <cstring>

#include "store/commit_queue.h"
#include "store/store_writer.h"

namespace yestermail {
namespace {

constexpr std::size_t kBufferBytes = (64U << 10U) + kMaxPartBytes;

/// Fills the buffer from `used` on; returns how much of it is in use. Less than the whole: the source has ended.
std::size_t fill(BlobSource& source, Bytes& buffer, std::size_t used) {
  while (used < buffer.size()) {
    const auto n = source.read(std::span(buffer).subspan(used));
    if (n == 0) break;
    used += n;
  }
  return used;
}

void add_literal(Recipe& recipe, ByteView bytes) {
  if (!bytes.empty()) recipe.emplace_back(Bytes(bytes.begin(), bytes.end()));
}

}  // namespace

CutBlob cut_blob(BlobSource& source, BlobReadBuffer& buffer, const std::function<bool(const Digest&)>& known,
                 const std::function<void(const Digest&, ByteView)>& part) {
  auto& bytes = buffer.bytes;
  bytes.resize(kBufferBytes);
  Hasher hasher;
  auto used = fill(source, bytes, 0);
  hasher.update(ByteView(bytes).first(used));
  CutBlob cut;
  cut.size = used;
  bool ended = used < bytes.size();
  if (ended) {
    cut.digest = hasher.finish();
    cut.stored = ByteView(bytes).first(used);
    if (used < kMinPartBytes || known(cut.digest)) return cut;
  }
  cut.form = BlobForm::kRecipe;
  Recipe recipe;
  const auto add_part = [&](ByteView piece) {
    const auto digest = Digest::of(piece);
    part(digest, piece);
    recipe.emplace_back(PartStep{digest, piece.size()});
  };
  std::size_t at = body_offset(ByteView(bytes).first(used));
  add_literal(recipe, ByteView(bytes).first(at));
  for (;;) {
    while (used - at >= kMaxPartBytes) {
      add_part(ByteView(bytes).subspan(at, kMaxPartBytes));
      at += kMaxPartBytes;
    }
    if (ended) break;
    std::memmove(bytes.data(), bytes.data() + at, used - at);
    const auto kept = used - at;
    used = fill(source, bytes, kept);
    hasher.update(ByteView(bytes).subspan(kept, used - kept));
    cut.size += used - kept;
    ended = used < bytes.size();
    at = 0;
    if (ended) cut.digest = hasher.finish();
  }
  const auto rest = ByteView(bytes).subspan(at, used - at);
  if (rest.size() >= kMinPartBytes) {
    add_part(rest);
  } else {
    add_literal(recipe, rest);
  }
  buffer.recipe = encode_recipe(recipe);
  cut.stored = buffer.recipe;
  return cut;
}

void append_blob_operation(PackClass pack_class, BlobForm form, const Digest& digest, std::uint64_t size, ByteView raw,
                           Compressor& compressor, Draft& draft) {
  const auto encoded = compressor.encode(raw);
  BlobOperation operation;
  operation.pack_class = pack_class;
  operation.form = form;
  operation.digest = digest;
  operation.size = size;
  operation.codec = encoded.codec;
  operation.raw_length = raw.size();
  draft.backing.emplace_back(encoded.bytes.begin(), encoded.bytes.end());
  operation.encoded = draft.backing.back();
  draft.operations.emplace_back(operation);
}

BlobSplitter::BlobSplitter(StoreWriter& writer, const Uuid& account)
    : writer_(writer), account_(account), compressor_(writer.tuning().compression_level) {}

void BlobSplitter::add_inline(ByteView blob, Draft& draft) {
  MemorySource source(blob);
  const auto known = [&](const Digest& digest) { return writer_.has_blob(account_, digest); };
  const auto cut = cut_blob(source, buffer_, known, [&](const Digest& digest, ByteView part) {
    if (writer_.has_part(digest)) return;
    append_blob_operation(PackClass::kPool, BlobForm::kWhole, digest, part.size(), part, compressor_, draft);
  });
  if (known(cut.digest)) return;
  append_blob_operation(PackClass::kAccount, cut.form, cut.digest, cut.size, cut.stored, compressor_, draft);
}

std::size_t MemorySource::read(std::span<std::byte> into) {
  const auto n = std::min(into.size(), rest_.size());
  if (n == 0) return 0;  // memcpy() takes no null pointer, not even for no bytes.
  std::memcpy(into.data(), rest_.data(), n);
  rest_ = rest_.subspan(n);
  return n;
}

}  // namespace yestermail
