// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tools/command.h"

namespace yestermail {

extern const Command kHoldCommand;

}  // namespace yestermail
