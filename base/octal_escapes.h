// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace yestermail {

/// The text of a word in which blanks, tabs, line ends and backslashes are written as a backslash and three octal
/// digits, as in /proc/self/mountinfo (proc(5), getmntent(3)). Any other backslash stands for itself.
std::string without_octal_escapes(std::string_view text);

}  // namespace yestermail
