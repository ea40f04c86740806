// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace yestermail::test {

/// The program that this build made.
std::string program_path();

/// tests/data in the source tree.
std::string data_directory();

}  // namespace yestermail::test
