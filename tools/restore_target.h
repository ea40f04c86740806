// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "restore/destination.h"
#include "scanner/account_source.h"
#include "store/store.h"

namespace yestermail {

/// A directory that people named, made if it is not there.
struct RestorePlace {
  std::string directory;
  std::string
      below;  ///< a directory in it, one name, that is meant; not followed where it is a symbolic link. Empty: none
};

/// The account's live Maildir, where the sources of the store say that it is. One that is gone is made as it was at
/// `at`, its owner's (not in a dry run); directories above the account's home that are gone are made like what is above
/// them. Error where no source gives this account any more, where its layout is another one now, and where it belongs
/// to somebody whose files we may not make.
std::unique_ptr<Destination> open_live_mailbox(View& view, const StoreSettings& settings, const Account& account,
                                               Instant at, bool dry_run);

/// Likewise where a source says that it is.
std::unique_ptr<Destination> open_mailbox_of(View& view, const AccountSource& source, const Account& account,
                                             Instant at, bool dry_run);

/// A Maildir in a directory of its own: the account's owner's if root makes it.
std::unique_ptr<Destination> open_mailbox_in(View& view, const RestorePlace& place, const Account& account, Instant at,
                                             bool dry_run);

/// A directory of .eml files. `flat`: without directories for folders.
std::unique_ptr<Destination> open_eml_tree(const RestorePlace& place, bool flat, bool dry_run);

}  // namespace yestermail
