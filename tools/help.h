// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "tools/command.h"

namespace yestermail {

/// The help of the program and of one command. Lines have at most 80 columns.
std::string program_help();
std::string command_help(const Command& command);

}  // namespace yestermail
