// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "store/blob_loader.h"
#include "store/check_owner.h"
#include "store/pool_index.h"

namespace yestermail {

/// Joins blobs and parts that are stored as recipes, and compares them. Parts come through the cache of frames that all
/// threads share; what is joined is compared as a whole, so a part is not compared again. Safe for concurrent use.
class CheckJoiner {
 public:
  explicit CheckJoiner(const CheckContext& context);

  /// What is wrong with what this recipe joins to; nullopt: nothing. Parts that cannot be had are told to the
  /// collector.
  std::optional<std::string> compare(ByteView recipe, const Uuid& pool, const Digest& digest, std::uint64_t size);
  /// The same of a blob or part that stood in the journal; what was packed meanwhile is looked at there.
  std::optional<std::string> compare(const JournaledBlob& blob, const Uuid& pool);

  /// Parts of a pool that can be found although its index is damaged or missing.
  void know_parts(const Uuid& pool, const Digest& pack, const PackContents& contents);

 private:
  class Parts;
  std::optional<BlobPlace> find_part(const Uuid& pool, const Digest& part);
  std::unique_ptr<PoolIndex> borrow(const Uuid& pool);
  void give_back(const Uuid& pool, std::unique_ptr<PoolIndex> index);

  const CheckContext& context_;
  BlobLoader loader_;
  std::mutex mutex_;  // Guards all below.
  std::map<Uuid, std::vector<std::unique_ptr<PoolIndex>>> idle_;
  std::map<std::pair<Uuid, Digest>, BlobPlace> known_;
};

}  // namespace yestermail
