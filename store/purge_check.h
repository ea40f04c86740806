// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.h"

namespace yestermail {

/// What a store still has of versions that purges have removed.
struct PurgeCheck {
  std::uint64_t accounts = 0;      ///< that were looked through
  std::uint64_t purged = 0;        ///< versions that are noted as removed
  std::uint64_t contents = 0;      ///< in the packs of accounts
  std::uint64_t unreferenced = 0;  ///< of these, such that no version has
  std::vector<std::string> found;  ///< one line for people each: what should not be there
};

/// Reads logs, journal, catalogs and the contents of all packs of accounts; writes nothing. What is removed or packed
/// meanwhile is passed over. Error{kDamage} where a log cannot be read.
PurgeCheck check_purged(StoreWorld world, const std::string& path);

}  // namespace yestermail
