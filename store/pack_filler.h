// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "base/bytes.h"
#include "store/compressor.h"
#include "store/pack_writer.h"

namespace yestermail {

class StoreWriter;

/// A pack in the making that is filled blob by blob: they are gathered into frames, like with like, as the bulk path
/// puts them. One thread.
class PackFiller {
 public:
  /// `owner`: the account or the pool.
  PackFiller(StoreWriter& writer, PackClass pack_class, const Uuid& owner);

  /// `raw`: what is stored of the blob.
  void add(const Digest& digest, BlobForm form, std::uint64_t size, ByteView raw);
  [[nodiscard]] bool empty() const { return added_ == 0; }
  /// As PackWriter::seal(); something was added.
  PackWriter::Sealed seal();

 private:
  /// A frame that is being filled.
  struct Frame {
    explicit Frame(int level) : compressor(level) {}
    Compressor compressor;
    Bytes raw;
    std::vector<PackEntry> entries;
  };
  void flush(Frame& frame);

  const PackClass class_;
  PackWriter pack_;
  const std::size_t frame_bytes_;
  Frame compressed_;
  Frame plain_;
  std::size_t added_ = 0;
};

}  // namespace yestermail
