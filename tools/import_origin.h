// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "archive/import.h"
#include "base/log.h"
#include "store/store.h"

namespace yestermail {

enum class OriginKind : std::uint8_t { kArchive, kStore, kTree };

/// What something is that is to be imported. Error{kNotFound} where there is nothing, Error{kUsage} where it can be
/// none of them.
OriginKind origin_kind(const std::string& from);

/// FROM, opened as far as it can be before the store is.
struct Origin {
  OriginKind kind = OriginKind::kArchive;
  std::string from;
  std::unique_ptr<View> view;  ///< kStore
  Uuid store;
  Instant at = kForever;
};

/// `at`: of another store, else kForever. Error{kUsage} where it is the store `into`, or where --at means nothing.
Origin open_origin(StoreWorld world, const std::string& from, Instant at, const std::string& into);

/// What was erased from a store does not come back into it.
ErasedContents erased_from(View& view);

/// Takes in the state of an origin. `log` gets what fails in a tree as it is found.
ImportTally import_state(const ImportTarget& target, const Origin& origin, const ImportOrder& order, Log& log,
                         ImportProgress& progress);

}  // namespace yestermail
