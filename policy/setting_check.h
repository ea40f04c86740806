// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "policy/settings.h"

namespace yestermail {

/// Error{kUsage} for what is no snapshot, no retention and no hold: what came from another process is not written as it
/// is. The names of what is to be removed are not checked: what cannot be read must be removable.
void check_setting(const Setting& setting);

}  // namespace yestermail
