// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "store/check_state.h"

namespace yestermail {

/// {"last":…,"unfinished":…,"damage":…}, each null where there is none: as STORE/checked has it, and whoever shows it.
std::string check_state_json(const CheckState& state);

}  // namespace yestermail
