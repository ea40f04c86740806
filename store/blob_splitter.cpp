// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/blob_splitter.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "store/commit_queue.h"
#include "store/store_writer.h"

namespace yestermail {
namespace {

constexpr std::size_t kFirstBufferBytes = 256U << 10U;
constexpr std::size_t kMinCutBytes = 512;  ///< a shorter blob has nothing to cut out

/// Fills the buffer from `used` on; returns how much of it is in use. Less than the whole: the source has ended.
std::size_t fill(BlobSource& source, Bytes& buffer, std::size_t used) {
  while (used < buffer.size()) {
    const auto n = source.read(std::span(buffer).subspan(used));
    if (n == 0) break;
    used += n;
  }
  return used;
}

/// Reads all of it if it fits into memory: then less than the buffer is in use.
std::size_t read_ahead(BlobSource& source, Bytes& buffer) {
  if (buffer.size() < kFirstBufferBytes) buffer.resize(kFirstBufferBytes);
  auto used = fill(source, buffer, 0);
  while (used == buffer.size() && used < kBlobInMemoryBytes) {
    buffer.resize(std::min(4 * buffer.size(), kBlobInMemoryBytes));
    used = fill(source, buffer, used);
  }
  return used;
}

CutBlob cut_in_memory(ByteView bytes, BlobReadBuffer& buffer, const std::function<bool(const Digest&)>& known,
                      PartSink& parts) {
  CutBlob cut;
  cut.size = bytes.size();
  cut.digest = Digest::of(bytes);
  cut.stored = bytes;
  if (bytes.size() < kMinCutBytes || known(cut.digest)) return cut;
  buffer.maker.begin(parts, true);
  MailScanner(buffer.maker).scan(bytes, true);
  const auto recipe = buffer.maker.finish();
  // What does not join to the same bytes is stored as it came.
  if (buffer.maker.is_plain() || !buffer.maker.joins_to(bytes)) return cut;
  buffer.maker.release();
  cut.form = BlobForm::kRecipe;
  cut.stored = recipe;
  return cut;
}

/// Begins with what is in the buffer: all of it.
CutBlob cut_stream(BlobSource& source, BlobReadBuffer& buffer, PartSink& parts) {
  auto& bytes = buffer.bytes;
  auto used = bytes.size();
  CutBlob cut;
  Hasher hasher;
  buffer.maker.begin(parts, false);
  MailScanner scanner(buffer.maker);
  for (std::size_t kept = 0;;) {
    hasher.update(ByteView(bytes).subspan(kept, used - kept));
    cut.size += used - kept;
    const bool ended = used < bytes.size();
    const auto taken = scanner.scan(ByteView(bytes).first(used), ended);
    if (ended) break;
    kept = used - taken;
    std::memmove(bytes.data(), bytes.data() + taken, kept);
    used = fill(source, bytes, kept);
  }
  cut.digest = hasher.finish();
  cut.form = BlobForm::kRecipe;
  cut.stored = buffer.maker.finish();
  return cut;
}

/// Parts into the draft of the transaction that needs them.
class DraftParts final : public PartSink {
 public:
  DraftParts(StoreWriter& writer, const Uuid& pool, Compressor& compressor, Draft& draft)
      : writer_(writer), pool_(pool), compressor_(compressor), draft_(draft) {}
  bool has(const Digest& part, ByteView bytes) override {
    return !stored_.insert(part).second || writer_.has_sound_part(pool_, part, bytes);
  }
  void store(const Digest& part, BlobForm form, std::uint64_t size, ByteView stored) override {
    append_blob_operation(PackClass::kPool, form, part, size, stored, compressor_, draft_).pool = pool_;
  }

 private:
  StoreWriter& writer_;
  const Uuid pool_;
  Compressor& compressor_;
  Draft& draft_;
  std::unordered_set<Digest> stored_;
};

}  // namespace

CutBlob cut_blob(BlobSource& source, BlobReadBuffer& buffer, const std::function<bool(const Digest&)>& known,
                 PartSink& parts) {
  const auto used = read_ahead(source, buffer.bytes);
  if (used < buffer.bytes.size()) return cut_in_memory(ByteView(buffer.bytes).first(used), buffer, known, parts);
  return cut_stream(source, buffer, parts);
}

BlobOperation& append_blob_operation(PackClass pack_class, BlobForm form, const Digest& digest, std::uint64_t size,
                                     ByteView raw, Compressor& compressor, Draft& draft) {
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
  return std::get<BlobOperation>(draft.operations.emplace_back(operation));
}

BlobSplitter::BlobSplitter(StoreWriter& writer, const Uuid& account, const Uuid& pool)
    : writer_(writer), account_(account), pool_(pool), compressor_(writer.tuning().compression_level) {}

void BlobSplitter::add_inline(ByteView blob, Draft& draft) {
  MemorySource source(blob);
  const auto known = [&](const Digest& digest) { return writer_.has_blob(account_, digest); };
  DraftParts parts(writer_, pool_, compressor_, draft);
  const auto cut = cut_blob(source, buffer_, known, parts);
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
