// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "store/check_owner.h"

namespace yestermail {

/// Adds the blobs of accounts that need a part which cannot be had, by reading all recipes of these accounts. For what
/// was not joined already.
void find_referrers(const CheckContext& context, const std::vector<CheckedOwner>& owners);

/// Fills the items that have a blob which cannot be read.
void name_items(const CheckContext& context, const std::vector<CheckedOwner>& owners, CheckFindings& findings);

}  // namespace yestermail
