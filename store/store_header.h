// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/clock.h"
#include "base/filesystem.h"
#include "base/uuid.h"
#include "store/layout.h"
#include "store/pool_scope.h"
#include "store/store.h"

namespace yestermail {

/// What yestermail.store says (docs/format.md 2).
struct StoreHeader {
  Uuid id;
  Instant created;
  PoolScope pool = PoolScope::kStore;
};

Bytes encode_store_header(const StoreHeader& header);
/// Error{kNotFound}: no store in that directory; {kUnsupported}: of a later version; {kDamage}: both copies are
/// damaged.
StoreHeader read_store_header(Filesystem& disk, const Layout& layout);

Bytes encode_settings(const StoreSettings& settings);
StoreSettings read_settings(Filesystem& disk, const Layout& layout);

}  // namespace yestermail
