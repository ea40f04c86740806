// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/blob_splitter.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "store/commit_queue.h"
#include "store/store_writer.h"

namespace yestermail {
namespace {

constexpr std::size_t kFirstReadBytes = 256U << 10U;
constexpr std::size_t kMinCutBytes = 512;  ///< a shorter blob has nothing to cut out

/// True: the source has ended before there were `size` bytes.
bool fill(BlobSource& source, ReusedBytes& bytes, std::size_t size) {
  while (bytes.size() < size) {
    const auto n = source.read(bytes.room(size - bytes.size()));
    if (n == 0) return true;
    bytes.extend(n);
  }
  return false;
}

/// True: all of it was read.
bool read_ahead(BlobSource& source, ReusedBytes& bytes) {
  bytes.cut(0);
  for (auto size = kFirstReadBytes; size < kBlobInMemoryBytes; size *= 4) {
    if (fill(source, bytes, size)) return true;
  }
  return fill(source, bytes, kBlobInMemoryBytes);
}

CutBlob cut_in_memory(ByteView bytes, BlobReadBuffer& buffer, const std::function<bool(const Digest&)>& known,
                      PartSink& parts) {
  CutBlob cut;
  cut.size = bytes.size();
  cut.digest = Digest::of(bytes);
  cut.stored = bytes;
  cut.is_known = known(cut.digest);
  if (cut.is_known || bytes.size() < kMinCutBytes) return cut;
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

/// Begins with what is in the buffer.
CutBlob cut_stream(BlobSource& source, BlobReadBuffer& buffer, const std::function<bool(const Digest&)>& known,
                   PartSink& parts) {
  auto& bytes = buffer.bytes;
  CutBlob cut;
  Hasher hasher;
  buffer.maker.begin(parts, false);
  MailScanner scanner(buffer.maker);
  std::size_t kept = 0;
  for (bool ended = false;; ended = fill(source, bytes, kBlobInMemoryBytes)) {
    hasher.update(bytes.from(kept));
    cut.size += bytes.size() - kept;
    bytes.drop_front(scanner.scan(bytes.view(), ended));
    if (ended) break;
    kept = bytes.size();
  }
  cut.digest = hasher.finish();
  cut.is_known = known(cut.digest);
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
  if (read_ahead(source, buffer.bytes)) return cut_in_memory(buffer.bytes.view(), buffer, known, parts);
  return cut_stream(source, buffer, known, parts);
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
  if (cut.is_known) return;
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
