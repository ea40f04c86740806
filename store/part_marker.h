// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/digest.h"
#include "base/filesystem.h"
#include "base/uuid.h"
#include "store/layout.h"
#include "store/pack_format.h"

namespace yestermail {

/// Which of some parts of a pool, the candidates, are still needed: those that a recipe names in a pack of an account,
/// or in the pool for a part that is needed or no candidate. It reads packs and nothing derived. Memory grows with the
/// candidates only.
class PartMarker {
 public:
  using Digests = std::unordered_set<Digest>;

  PartMarker(Filesystem& disk, const Layout& layout, const Uuid& pool) : disk_(disk), layout_(layout), pool_(pool) {}

  /// Adds candidates, and the parts that they are made of. Error{kDamage} names a pack that cannot be read.
  void add(const Digests& parts);
  [[nodiscard]] const Digests& candidates() const { return candidates_; }

  /// Marks what recipes in the packs of an account name; `skip` tells which are to be passed over. Error as above: then
  /// nothing may be removed.
  void mark_account(const Uuid& account, const std::function<bool(const Digest& pack, const PackEntry&)>& skip);
  /// Likewise the recipes of the pool.
  void mark_pool();
  /// The candidates that nothing needs, where these others are needed too.
  [[nodiscard]] Digests dead(const Digests& needed) const;

 private:
  void visit_pool(const std::function<bool(const Digest&)>& wanted,
                  const std::function<void(const Digest&, ByteView recipe)>& visit) const;

  Filesystem& disk_;
  const Layout& layout_;
  const Uuid pool_;
  Digests candidates_;
  Digests marked_;
  std::unordered_map<Digest, std::vector<Digest>> inner_;  ///< of candidates: the candidates that they are made of
};

}  // namespace yestermail
