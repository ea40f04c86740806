// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

#include "tools/arguments.h"
#include "tools/environment.h"

namespace yestermail {

/// One command: a row of the table, a file tools/cmd_<name>.cpp, a page docs/man/yestermail-<name>.1.md.
struct Command {
  std::string_view name;
  std::string_view summary;   ///< one line, for the list of commands
  std::string_view synopsis;  ///< what follows "yestermail NAME" in the help
  std::string_view about;     ///< a paragraph for the help
  std::span<const OptionSpec> options;
  /// Does the work and returns the exit status (design 7); throws Error for what ends it. Does not flush `out`.
  int (*run)(const Arguments& arguments, Environment& env);
};

/// All commands, in the order of the help.
std::span<const Command* const> commands();

/// nullptr: there is none of that name.
const Command* find_command(std::string_view name);

}  // namespace yestermail
