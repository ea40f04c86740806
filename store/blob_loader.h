// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/filesystem.h"
#include "base/log.h"
#include "base/uuid.h"
#include "store/blob_table.h"
#include "store/byte_cache.h"
#include "store/layout.h"
#include "store/pack_reader.h"
#include "store/recipe_joiner.h"
#include "store/view.h"

namespace yestermail {

/// Turns a place into bytes: frames, journal, recipes, parts. What it gives was checked against a digest. Safe for
/// concurrent use; memory is bounded.
class BlobLoader {
 public:
  using FindPart = std::function<std::optional<BlobPlace>(const Digest&)>;

  BlobLoader(Filesystem& disk, const Layout& layout, FindPart find_part);

  /// Error{kDamage} or {kNotFound} where the bytes cannot be had; the reader outlives neither the loader nor the store.
  std::unique_ptr<BlobReader> open(const Uuid& account, const Digest& digest, const BlobPlace& place);

  /// True if the pool gives the part, and it is these bytes; none: only that it can be joined.
  bool part_is(const Digest& digest, ByteView bytes);

 private:
  /// Parts as they are stored. What is joined of them is checked as a whole.
  class StoredParts final : public PartProvider {
   public:
    explicit StoredParts(BlobLoader& loader) : loader_(loader) {}
    Part part(const PartStep& step) override { return loader_.stored_part(step.part); }

   private:
    BlobLoader& loader_;
  };
  /// Parts of which each is checked against its digest before it is given, once while it is remembered.
  class CheckedParts final : public PartProvider {
   public:
    explicit CheckedParts(BlobLoader& loader) : loader_(loader) {}
    Part part(const PartStep& step) override;

   private:
    BlobLoader& loader_;
  };

  PartProvider::Part stored_part(const Digest& digest);
  HeldBytes stored_bytes(const Uuid& account, PackClass pack_class, const BlobPlace& place);
  std::shared_ptr<PackReader> pack(const std::string& path);

  Filesystem& disk_;
  const Layout& layout_;
  const FindPart find_part_;
  StoredParts stored_parts_{*this};
  CheckedParts checked_parts_{*this};
  ByteCache frames_;
  ByteCache parts_;
  std::mutex mutex_;                                                      // Guards packs_.
  std::list<std::pair<std::string, std::shared_ptr<PackReader>>> packs_;  // Newest first.
};

}  // namespace yestermail
