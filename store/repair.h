// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "store/check.h"
#include "store/erasure_guard.h"
#include "store/view.h"

namespace yestermail {

/// A blob that cannot be read here, and the items that have it.
struct WantedBlob {
  Account account;
  Digest digest;
  std::vector<const ItemFinding*> items;
  Instant since;  ///< the newest version that has it
};

/// Where intact copies may be, and what of them must not come back. What they give is compared with its digest or its
/// name before it is used.
struct RepairSources {
  std::function<std::optional<Bytes>(const WantedBlob&)> blob = {};
  /// Of a copy of this very store: a file, and the names in a directory; paths below the store.
  std::function<std::optional<Bytes>(const std::string& path)> file = {};
  std::function<std::vector<std::string>(const std::string& directory)> names = {};
  ErasureGuard::Erased erased = {};
};

struct RepairReport {
  std::vector<std::string> done;  ///< one line for people each
  std::vector<std::string> left;  ///< what could not be healed, and why
  std::uint64_t healed = 0;       ///< blobs that can be read again
  std::uint64_t lost = 0;         ///< blobs that cannot
};

/// Heals what a check found, under the writer's lock (Error{kLocked}): files that bear their SHA-256 from a copy of the
/// store; of other damaged packs what can be read goes into a new pack; blobs that are lost then are taken from the
/// store's other accounts, or from `sources`; catalogs and indexes are made anew where logs and packs are whole. A
/// damaged file goes to STORE/quarantine, none is deleted. What was erased is not healed, and no file is put back that
/// has it. Killed at any step it can be run again, after another check; nothing is less readable than before.
RepairReport repair_store(StoreWorld world, const std::string& path, const CheckFindings& findings,
                          const RepairSources& sources);

struct RebuildReport {
  std::vector<std::string> made;     ///< below the store
  std::vector<std::string> refused;  ///< one line each: what was left as it is, and why
};

/// Makes catalogs and the indexes of pools anew, under the writer's lock. Where logs, journal or packs are not whole
/// the present file may know what they do not: it is left as it is. `wanted`: as for a check; without it pools too.
RebuildReport rebuild_store(StoreWorld world, const std::string& path,
                            const std::function<bool(const std::string& account)>& wanted);

}  // namespace yestermail
