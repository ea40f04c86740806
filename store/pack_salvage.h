// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "store/check_owner.h"
#include "store/pack_writer.h"

namespace yestermail {

class StoreWriter;

/// What became of a pack that is damaged.
struct SalvagedPack {
  std::optional<Digest> name;  ///< of the new pack; none: nothing could be read
  std::size_t kept = 0;
  std::vector<Digest> lost;  ///< blobs or parts of which this pack was the place
};

/// Writes what can be read of a damaged pack into a new one, which a transaction names on return, and has the catalog
/// or index forget what could not. The damaged pack is then in the quarantine. `known`: where its blobs stand, in case
/// that it does not say so itself.
SalvagedPack salvage_pack(StoreWriter& writer, PackClass pack_class, const Uuid& owner, const Digest& name,
                          const PackContents& known);

}  // namespace yestermail
