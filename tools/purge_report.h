// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>

#include "store/recorder.h"
#include "store/store.h"
#include "tools/environment.h"

namespace yestermail {

/// Removes for good what the requests name: itself, or through the daemon that watches the store. Reports what was
/// removed, and what could not be. Returns the exit status: 5 where something is left. With `dry_run` it removes
/// nothing. Error{kLocked}: another process writes that cannot be asked.
int run_purges(Environment& env, StoreWorld world, const std::string& store, View& view,
               std::span<const PurgeRequest> requests, bool dry_run, bool json);

}  // namespace yestermail
