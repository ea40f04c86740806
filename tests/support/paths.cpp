// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/paths.h"

namespace yestermail::test {

// The build names both to this file alone, so that a compiler cache serves the others in every clone.
std::string program_path() { return YESTERMAIL_PROGRAM; }

std::string data_directory() { return YESTERMAIL_TEST_DATA; }

}  // namespace yestermail::test
