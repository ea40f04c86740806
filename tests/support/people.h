// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace yestermail::test {

// Whose mail tests are about.
inline const std::string kAlice = "alice@example.com";
inline const std::string kBob = "bob@example.com";

}  // namespace yestermail::test
