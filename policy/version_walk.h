// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>

#include "store/view.h"

namespace yestermail {

/// Calls `take` with every version of an account, by the instant at which it began. Read a page at a time: memory does
/// not grow with their number, but with how many began at one instant.
void for_each_version(View& view, AccountNumber account, const std::function<void(const Version&)>& take,
                      std::size_t page = 1024);

}  // namespace yestermail
