// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fs/scope.h"
#include "store/view.h"

namespace yestermail {

/// The directory of an account in what is shown over time. Its id says `shown`; it is readable for the owner of `life`
/// alone.
Node account_node(View& view, const Scope& scope, AccountNumber shown, AccountNumber life);

/// The same in a listing of accounts, where no catalog is opened for it.
Node account_entry(View& view, const Scope& scope, AccountNumber shown, AccountNumber life);

}  // namespace yestermail
