// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <unordered_set>

#include "base/digest.h"
#include "base/filesystem.h"
#include "store/layout.h"
#include "store/pack_writer.h"

namespace yestermail {

/// Writes sealed packs of one account or pool anew without some of what is in them.
class PackRewriter {
 public:
  /// `level`: zstd's, for frames that were compressed.
  PackRewriter(Filesystem& disk, const Layout& layout, const Uuid& store, PackClass pack_class, const Uuid& owner,
               int level)
      : disk_(disk), layout_(layout), store_(store), class_(pack_class), owner_(owner), level_(level) {}

  [[nodiscard]] std::string path(const Digest& pack) const;
  /// Whether the pack holds any of these. Error{kDamage} where that cannot be told.
  [[nodiscard]] bool holds(const Digest& pack, const std::unordered_set<Digest>& contents) const;
  /// Makes and seals a pack with all but these; nullopt: nothing is left. The old pack stays. Error{kDamage}: it cannot
  /// be read whole, and no new one was made.
  std::optional<PackWriter::Sealed> without(const Digest& pack, const std::unordered_set<Digest>& contents) const;

 private:
  Filesystem& disk_;
  const Layout& layout_;
  const Uuid store_;
  const PackClass class_;
  const Uuid owner_;
  const int level_;
};

}  // namespace yestermail
