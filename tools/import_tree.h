// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "archive/import.h"
#include "store/store.h"
#include "tools/environment.h"

namespace yestermail {

/// Takes in what a tree of Maildirs shows, read by the scanner; prints what it did, and gives the exit status. `source`
/// is a source specification. Of a dry run it tells the accounts alone.
int import_tree(const ImportTarget& target, const std::string& source, const ImportOrder& order, Environment& env,
                bool json);

}  // namespace yestermail
