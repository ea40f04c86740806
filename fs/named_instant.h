// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace yestermail {

/// An instant that somebody gave a name: a directory of its own beside the listed times.
struct NamedInstant {
  std::string name;  ///< what no other entry there is called, and no spelling of an instant
  Instant at;
  std::uint64_t number = 0;  ///< below 2^40, never given to another one: a listing resumes behind it
};

/// Those that there are now. Called again when the server account has changed. Safe for concurrent use.
using NamedInstants = std::function<std::vector<NamedInstant>()>;

}  // namespace yestermail
