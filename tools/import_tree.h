// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "archive/import.h"
#include "base/log.h"
#include "tools/environment.h"

namespace yestermail {

/// Takes in what a tree of Maildirs shows, read by the scanner; what fails is logged as it is found. When all of it is
/// durable, `progress` is told what became of each item; how far it is, it is told from any thread, but from one at a
/// time. `source` is a source specification.
ImportTally import_tree(const ImportTarget& target, const std::string& source, const ImportOrder& order, Log& log,
                        ImportProgress& progress);

/// Prints the accounts that would come in, and records nothing.
void tell_tree(View& view, const std::string& source, const ImportOrder& order, Environment& env, bool json);

}  // namespace yestermail
