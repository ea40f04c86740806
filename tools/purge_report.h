// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/recorder.h"
#include "store/store.h"
#include "tools/environment.h"

namespace yestermail {

/// How something is removed, and reported.
struct PurgeManner {
  bool dry_run = false;                ///< removes nothing
  bool json = false;                   ///< one document
  std::optional<std::string> erasure;  ///< what goes is remembered first, under this note
  std::vector<std::string> live;       ///< for the document: what stands in a live mailbox
};

/// Removes for good what the requests name: itself, or through the daemon that watches the store. Reports what was
/// removed, and what could not be. Returns the exit status: 5 where something is left. Error{kLocked}: another process
/// writes that cannot be asked.
int run_purges(Environment& env, StoreWorld world, const std::string& store, View& view,
               std::span<const PurgeRequest> requests, const PurgeManner& manner);

}  // namespace yestermail
