// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/holds.h"
#include "policy/retention.h"
#include "store/view.h"

namespace yestermail {

/// What decides what goes.
struct PurgeRules {
  std::vector<RetentionRule> retention;
  std::vector<Hold> holds;
  std::vector<Instant> snapshots;  ///< ascending
};

/// As they are set now. Error{kDamage}: one of them cannot be read; nothing may be removed then.
PurgeRules read_purge_rules(View& view);

/// What is to go of one incarnation of an account.
struct AccountPlan {
  Account account;
  std::string held_by;              ///< a hold: nothing goes
  bool shown_in_snapshot = false;   ///< it ended long enough ago, but a snapshot shows it: it does not go as a whole
  bool whole = false;               ///< all of it goes
  std::vector<VersionId> versions;  ///< otherwise these, ascending
  std::uint64_t version_count = 0;  ///< of both
  std::uint64_t items = 0;          ///< of which nothing stays
  std::uint64_t items_known = 0;    ///< of the account, there or deleted
  std::uint64_t bytes = 0;          ///< of the files that go; what is stored for them may be less, or needed elsewhere

  [[nodiscard]] bool empty() const { return version_count == 0; }
};

/// Plans for one account as of `now`; changes nothing. By its retention these go:
///
/// - superseded versions, which ended long enough ago and have a later one of the same item;
/// - deleted items with all of their versions, when they were deleted long enough ago;
/// - the account as a whole, when it ended long enough ago and no snapshot shows it.
///
/// What lasts never goes, and of what has ended these stay: versions that a snapshot shows; a version whose bytes, date
/// and owner a version that stays shares (its `body`); the versions of a directory as long as something in it stays
/// that overlaps with them in time, and those of `dovecot-keywords` as long as a message of the folder does. An account
/// under a hold keeps everything. Reads the history twice. Memory grows with what goes, and by eight bytes for each
/// version that stays under another name than it first had.
AccountPlan plan_purge(View& view, const PurgeRules& rules, const Account& account, Instant now);

}  // namespace yestermail
