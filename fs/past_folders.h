// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "fs/gathering.h"
#include "fs/id_list.h"
#include "store/view.h"

namespace yestermail {

/// All folders that an account had until `at`, each under the name that it had last, without their messages.
Gathering past_folders(View& view, const Account& account, Instant at);

/// The last versions, as of `at`, of all entries that these directories of a folder had last: of those that are there
/// and those that were deleted there.
IdList past_messages(View& view, AccountNumber account, std::span<const ItemId> directories, Instant at);

}  // namespace yestermail
