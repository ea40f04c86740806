// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>

#include "tools/environment.h"

namespace yestermail {

/// The whole program: finds the command in `words` (without the program's name), runs it and returns the exit status.
/// Throws nothing. Results go to env.out, one line about what went wrong to env.err. A reader of env.out that went away
/// is no error.
int run(std::span<const std::string> words, Environment& env) noexcept;

}  // namespace yestermail
