// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace yestermail {

/// The fork node of an interval in the binary trie of time (Kriegel, Pötke, Seidl: Managing Intervals Efficiently in
/// Object-Relational Databases, VLDB 2000). Every instant inside the interval has the node on its path to the root,
/// so what overlaps an instant is found by looking at one node a level, and every row read is a result.
struct ForkNode {
  int level = 0;
  std::int64_t middle = 0;
  bool operator==(const ForkNode&) const = default;
};

/// Level of versions that last; their middle is 0.
inline constexpr int kLastingLevel = -1;
inline constexpr int kForkLevels = 63;

/// The node of [since, until), since < until < kForever, both not negative.
ForkNode fork_of(Instant since, Instant until);

/// The only node of `level` whose intervals can contain `at`.
ForkNode fork_on_path(Instant at, int level);

}  // namespace yestermail
