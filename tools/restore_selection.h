// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "restore/restorer.h"
#include "store/view.h"

namespace yestermail {

/// What of an account is to be restored, as it was then.
struct RestoreSelection {
  std::vector<RecordedFolder> folders;
  std::optional<Version> item;  ///< one item of the only folder
};

/// What `rest` means, of ACCOUNT/REST: a folder and those below it, else an item; all of the account if it is empty.
/// Error{kNotFound}: there was no such thing at that instant.
RestoreSelection select_to_restore(View& view, const Clock& clock, const Account& account, const std::string& rest,
                                   Instant at);

}  // namespace yestermail
