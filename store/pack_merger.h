// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/uuid.h"
#include "store/blob_table.h"
#include "store/pack_filler.h"

namespace yestermail {

class StoreWriter;

/// Joins the small packs that a live store makes, one for each account at a time, so that there are few of them and
/// their frames are full (docs/format.md 9). As soon as StoreTuning::merge_packs of an owner are of like size (within a
/// factor of eight; all below a 512th of StoreTuning::pack_bytes are), they become one: a blob is written again a few
/// times at most. Reading and recording go on beside it. Killed at any step it loses nothing; what stands twice then
/// goes the next time.
class PackMerger {
 public:
  explicit PackMerger(StoreWriter& writer) : writer_(writer) {}

  /// A pack of this account or pool was added. From any thread.
  void note(PackClass pack_class, const Uuid& owner);
  /// Looks at the owners that were noted. One thread at a time, and no purge.
  void run();

 private:
  using Owner = std::pair<PackClass, Uuid>;
  using Packs = std::vector<BlobTable::Pack>;

  bool join_some(const Owner& owner);
  bool join(const Owner& owner, const Packs& packs);
  void take_over(const Owner& owner, const Digest& pack, PackFiller& filler, std::vector<Digest>& taken);
  void record(const Owner& owner, PackFiller& filler, const Packs& joined);
  void remove(const Owner& owner, const Packs& packs, const std::vector<Digest>& taken);
  [[nodiscard]] std::string path(const Owner& owner, const Digest& pack) const;

  StoreWriter& writer_;
  std::set<Digest> unfit_;  ///< of run(): damaged, or with something of which nobody knows; left as they are
  std::mutex mutex_;
  std::set<Owner> noted_;  // Guarded by mutex_.
};

}  // namespace yestermail
