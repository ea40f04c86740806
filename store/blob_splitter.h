// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "base/digest.h"
#include "store/compressor.h"
#include "store/part_sink.h"
#include "store/recipe_maker.h"
#include "store/recorder.h"
#include "store/reused_bytes.h"
#include "store/transaction.h"

namespace yestermail {

class StoreWriter;
struct Draft;

/// A blob as it will be stored: itself, or a recipe for it whose parts were handed out before.
struct CutBlob {
  bool is_known = false;  ///< it is there already
  Digest digest;
  std::uint64_t size = 0;
  BlobForm form = BlobForm::kWhole;
  ByteView stored;  ///< the blob, or the recipe; valid until the buffer is used again
};

/// Memory that is used again for each blob.
struct BlobReadBuffer {
  ReusedBytes bytes;
  RecipeMaker maker;
};

/// Up to here a blob is cut in memory; a larger one streams.
inline constexpr std::size_t kBlobInMemoryBytes = 8U << 20U;

/// Reads a blob to its end and cuts it as docs/format.md 6 says; what it returns joins to the very same bytes. `known`
/// is asked once: where the whole blob fits into memory before anything is handed out, else at the end. Memory is
/// bounded.
CutBlob cut_blob(BlobSource& source, BlobReadBuffer& buffer, const std::function<bool(const Digest&)>& known,
                 PartSink& parts);

/// Puts blobs into a transaction of the live path.
class BlobSplitter {
 public:
  BlobSplitter(StoreWriter& writer, const Uuid& account, const Uuid& pool);
  /// Appends what the store does not have yet to the draft.
  void add_inline(ByteView blob, Draft& draft);

 private:
  StoreWriter& writer_;
  const Uuid account_;
  const Uuid pool_;
  Compressor compressor_;
  BlobReadBuffer buffer_;
};

/// A BLOB operation for these raw bytes; the draft keeps the encoded ones. Returns it for more to be set.
BlobOperation& append_blob_operation(PackClass pack_class, BlobForm form, const Digest& digest, std::uint64_t size,
                                     ByteView raw, Compressor& compressor, Draft& draft);

/// Bytes in memory as a source.
class MemorySource final : public BlobSource {
 public:
  explicit MemorySource(ByteView bytes) : rest_(bytes) {}
  std::size_t read(std::span<std::byte> into) override;

 private:
  ByteView rest_;
};

}  // namespace yestermail
