// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "store/base64_lines.h"

namespace yestermail {

/// How to make a blob, or a large part, from literals and parts of the pool (docs/format.md 6). Literals view the bytes
/// that the recipe was decoded from.
struct PartStep {
  Digest part;
  std::uint64_t size = 0;
};
/// How deep recipes nest: a blob names parts, a part chunks, and a chunk may happen to be a part that was cut.
inline constexpr int kDeepestRecipe = 4;
using RecipePiece = std::variant<ByteView, PartStep>;
/// How many bytes it gives.
std::uint64_t piece_size(const RecipePiece& piece);

/// The pieces joined; with `coding` what comes of encoding that in base64.
struct RecipeStep {
  std::optional<Base64Coding> coding;
  std::vector<RecipePiece> pieces;  ///< of a step that is not coded: one
  std::uint64_t size = 0;           ///< of what the step gives
};
using Recipe = std::vector<RecipeStep>;

/// Error{kDamage} if it is malformed, or has steps that this version does not know.
Recipe decode_recipe(ByteView bytes);
std::uint64_t recipe_size(const Recipe& recipe);

/// Writes a recipe of version 2, a step at a time.
class RecipeWriter {
 public:
  void literal(ByteView bytes);
  void part(const PartStep& part);
  void coded(const Base64Coding& coding, ByteView bytes);
  void coded(const Base64Coding& coding, const PartStep& part);
  [[nodiscard]] std::size_t bytes() const { return steps_.size(); }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// Appends the recipe to `to`, and begins anew.
  void finish(Bytes& to);

 private:
  void begin(std::uint8_t kind);
  void begin_coded(const Base64Coding& coding);
  void add_part(const PartStep& part);
  Bytes steps_;
  std::uint64_t count_ = 0;
};

}  // namespace yestermail
