// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/check.h"
#include "store/layout.h"

namespace yestermail {

/// What is remembered of earlier checks: the file STORE/checked. Derived: it may be missing, and is then begun anew.
struct CheckRecord {
  struct Owner {
    Instant at;
    Lsn last;  ///< its newest transaction then
  };
  struct Pack {
    Instant at;
    CheckLevel level = CheckLevel::kStructure;
  };
  std::map<Uuid, Owner> accounts;
  std::map<Digest, Pack> packs;
  CheckState state;
};

CheckRecord read_check_record(Filesystem& disk, const Layout& layout);
/// After a power cut the old or the new one is there.
void write_check_record(Filesystem& disk, const Layout& layout, const CheckRecord& record);

/// Whether all packs of a directory with these names were looked at since then, at least so deep.
bool has_seen_packs(const CheckRecord& record, const std::vector<std::string>& names, Instant since, CheckLevel level);

}  // namespace yestermail
