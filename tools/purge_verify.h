// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "store/store.h"
#include "tools/environment.h"

namespace yestermail {

/// Looks whether anything is left of what purges have removed, and reports it. Returns the exit status: 3 where
/// something is.
int verify_purged(Environment& env, StoreWorld world, const std::string& store, bool json);

}  // namespace yestermail
