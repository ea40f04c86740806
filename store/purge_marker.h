// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "base/filesystem.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/uuid.h"
#include "store/layout.h"

namespace yestermail {

/// What a purge is about to remove: the file `purging` of docs/format.md 10. What it names is removed only while
/// nothing refers to it, so that it may be done again from its beginning.
struct PurgeMarker {
  struct Account {
    Uuid account;
    bool whole = false;  ///< with all of its history
    std::vector<VersionId> versions;
    std::vector<Digest> blobs;  ///< contents of these versions
  };
  std::vector<Account> accounts;
  std::map<Uuid, std::vector<Digest>> parts;  ///< by pool: what recipes of these blobs name
};

/// On return it survives a power cut.
void write_purge_marker(Filesystem& disk, const Layout& layout, const PurgeMarker& marker);
/// nullopt: no purge is under way. One that is damaged is reported and removed.
std::optional<PurgeMarker> read_purge_marker(Filesystem& disk, const Layout& layout, Log& log);
void remove_purge_marker(Filesystem& disk, const Layout& layout);

}  // namespace yestermail
