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
  using FindPart = std::function<std::optional<BlobPlace>(const Uuid& pool, const Digest&)>;

  /// `frame_cache_bytes`: of decoded frames; 0: as much as a mount has.
  BlobLoader(Filesystem& disk, const Layout& layout, FindPart find_part, std::size_t frame_cache_bytes = 0);

  /// Error{kDamage} or {kNotFound} where the bytes cannot be had; the reader outlives neither the loader nor the store.
  std::unique_ptr<BlobReader> open(const Uuid& account, const Uuid& pool, const Digest& digest, const BlobPlace& place);

  /// The whole blob, in memory. Error as above.
  HeldBytes content(const Uuid& account, const Uuid& pool, const Digest& digest, const BlobPlace& place);

  /// True if the pool gives the part, and it is these bytes; none: only that it can be joined.
  bool part_is(const Uuid& pool, const Digest& digest, ByteView bytes);

  /// What is stored for a blob of an account: itself or its recipe; not compared with a digest.
  PartProvider::Part stored_blob(const Uuid& account, const BlobPlace& place);

  /// A part as it is stored, or checked against its digest, once while it is remembered.
  PartProvider::Part stored_part(const Uuid& pool, const Digest& digest);
  PartProvider::Part checked_part(const Uuid& pool, const PartStep& step);

 private:
  /// `owner`: the account or the pool.
  PartProvider::Part stored_part_once(const Uuid& pool, const Digest& digest);
  HeldBytes stored_bytes(const Uuid& owner, PackClass pack_class, const BlobPlace& place);
  std::shared_ptr<PackReader> pack(const std::string& path);
  void close_pack(const std::string& path);

  Filesystem& disk_;
  const Layout& layout_;
  const FindPart find_part_;
  ByteCache frames_;
  ByteCache parts_;
  std::mutex mutex_;                                                      // Guards packs_.
  std::list<std::pair<std::string, std::shared_ptr<PackReader>>> packs_;  // Newest first.
};

}  // namespace yestermail
