// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "base/digest.h"
#include "store/content_cutter.h"
#include "store/recipe.h"
#include "store/transaction.h"

namespace yestermail {

/// Takes the parts that are cut out of blobs.
class PartSink {
 public:
  virtual ~PartSink() = default;
  /// True: the pool has the part, or will have with the same commit; that was checked, not assumed. False: the caller
  /// store()s it now. `bytes` are the part; none: not at hand, of a part that is a recipe.
  virtual bool has(const Digest& part, ByteView bytes) = 0;
  virtual void store(const Digest& part, BlobForm form, std::uint64_t size, ByteView stored) = 0;
};

/// Hands a part to a sink: a large one as chunks and a recipe of them. Whole, or in pieces with bounded memory.
class PartCutter {
 public:
  explicit PartCutter(PartSink& sink) : sink_(sink) {}

  void whole(const Digest& digest, ByteView bytes);

  /// Takes the next piece of a part whose length is not known yet.
  void add(ByteView bytes);
  /// The part has ended.
  PartStep finish();

 private:
  void chunk(ByteView bytes);
  void store_chunks(const Digest& digest, std::uint64_t size);

  PartSink& sink_;
  RecipeWriter chunks_;
  Bytes recipe_;
  Bytes rest_;  ///< of a part in pieces: not cut yet
  Hasher hasher_;
  std::uint64_t size_ = 0;
};

}  // namespace yestermail
