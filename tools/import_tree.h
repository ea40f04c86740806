// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "archive/import.h"
#include "tools/environment.h"
#include "tools/import_report.h"

namespace yestermail {

/// Takes in what a tree of Maildirs shows, read by the scanner. When all of it is durable, the report is told what
/// became of each item. `source` is a source specification.
ImportTally import_tree(const ImportTarget& target, const std::string& source, const ImportOrder& order,
                        Environment& env, ImportReport& report, bool json);

/// Prints the accounts that would come in, and records nothing.
void tell_tree(View& view, const std::string& source, const ImportOrder& order, Environment& env, bool json);

}  // namespace yestermail
