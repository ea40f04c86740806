// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

namespace yestermail {

/// Directories of the server account (docs/format.md 3). Every store has them, with these items.
inline constexpr ItemId kAccountsDirectory{2};
inline constexpr ItemId kDomainsDirectory{3};
inline constexpr ItemId kSettingsDirectory{4};

}  // namespace yestermail
