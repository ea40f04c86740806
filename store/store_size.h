// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "base/filesystem.h"
#include "store/layout.h"

namespace yestermail {

/// The lengths of all files of a store added up. Reads every directory of it.
std::uint64_t store_size(Filesystem& disk, const Layout& layout);

}  // namespace yestermail
