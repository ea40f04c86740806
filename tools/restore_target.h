// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "restore/destination.h"
#include "store/store.h"

namespace yestermail {

/// The account's live Maildir, where the sources of the store say that it is. One that is gone is made as it was at
/// `at`, its owner's (not in a dry run). Error where no source gives this account any more, where its layout is another
/// one now, and where it belongs to somebody whose files we may not make.
std::unique_ptr<Destination> open_live_mailbox(View& view, const StoreSettings& settings, const Account& account,
                                               Instant at, bool dry_run);

/// A Maildir in a directory of its own, made if it is not there: the account's owner's if root makes it.
std::unique_ptr<Destination> open_mailbox_in(View& view, const std::string& path, const Account& account, Instant at,
                                             bool dry_run);

/// A directory of .eml files, made if it is not there. `flat`: without directories for folders.
std::unique_ptr<Destination> open_eml_tree(const std::string& path, bool flat, bool dry_run);

}  // namespace yestermail
