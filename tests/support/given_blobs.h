// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "tests/support/shown_store.h"

namespace yestermail::test {

/// What one view has given, by account and digest.
using GivenBlobs = std::map<std::pair<std::uint32_t, Digest>, std::string>;

/// As show() of shown_store.h; who looks at several instants of one view with the same `given` reads each blob once.
ShownStore show(View& view, Instant at, std::vector<Refused>* refused, GivenBlobs& given);

}  // namespace yestermail::test
