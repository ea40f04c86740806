// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"

namespace yestermail {

/// How to make a blob from literals and parts of the pool (docs/format.md 6).
struct PartStep {
  Digest part;
  std::uint64_t size = 0;
};
using RecipeStep = std::variant<Bytes, PartStep>;
using Recipe = std::vector<RecipeStep>;

inline constexpr std::size_t kMinPartBytes = 16U << 10U;
inline constexpr std::size_t kMaxPartBytes = 1U << 20U;

Bytes encode_recipe(const Recipe& recipe);
/// Error{kDamage} if it is malformed; {kUnsupported} for steps of a later version.
Recipe decode_recipe(ByteView bytes);
std::uint64_t recipe_size(const Recipe& recipe);

/// Where the body of a message begins: behind the first empty line, if that is within 64 KiB; else 0. Two copies of one
/// message differ in their trace headers and share the body.
std::size_t body_offset(ByteView start_of_message);

}  // namespace yestermail
