// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "restore/restorer.h"

namespace yestermail {

/// Which deletions are looked for.
struct DeletedQuery {
  Instant from;
  Instant until;
  /// The folder of a directory (cur or new) at an instant; nullopt: what was deleted there is not wanted.
  std::function<std::optional<RecordedFolder>(ItemId directory, Instant at)> folder_of;
  std::function<bool(const EntryState&)> matches;
};

/// The messages of an account that were deleted in [from, until) and whose bytes stand in none of its folders now,
/// oldest deletion first. Reads the rows of all that is there now. Of several with the very same bytes the last one
/// that was deleted.
std::vector<Restorer::Deleted> find_deleted(View& view, AccountNumber account, const DeletedQuery& query);

}  // namespace yestermail
