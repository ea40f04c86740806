// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "store/recipe.h"
#include "store/transaction.h"

namespace yestermail {

/// Bytes that somebody keeps in memory as long as `hold` lives.
struct HeldBytes {
  std::shared_ptr<const void> hold;
  ByteView bytes;
};

/// Gives what is stored for a part: its bytes, or a recipe of smaller parts. Safe for concurrent use.
class PartProvider {
 public:
  struct Part {
    BlobForm form = BlobForm::kWhole;
    HeldBytes stored;
  };
  virtual ~PartProvider() = default;
  /// Error{kDamage} where it cannot be had.
  virtual Part part(const PartStep& step) = 0;
};

/// Joins what a recipe makes, any range of it. This is the one way from recipes back to bytes: restoring reads with it,
/// and what is about to be committed is compared with what it gives. Safe for concurrent use; memory is that of the
/// recipe and of the range that is read.
class RecipeJoiner {
 public:
  /// `parts` outlives it. Error{kDamage} where the bytes are no recipe.
  RecipeJoiner(HeldBytes recipe, PartProvider& parts) : RecipeJoiner(std::move(recipe), parts, 0) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Fills `into` from `offset` as far as there is something; returns how many bytes that were.
  std::size_t read(std::uint64_t offset, std::span<std::byte> into);

 private:
  RecipeJoiner(HeldBytes recipe, PartProvider& parts, int depth);
  void read_step(const RecipeStep& step, std::uint64_t offset, std::span<std::byte> into);
  void read_coded(const RecipeStep& step, std::uint64_t offset, std::span<std::byte> into);
  HeldBytes pieces(const std::vector<RecipePiece>& pieces, std::uint64_t offset, std::size_t size);
  void read_piece(const RecipePiece& piece, std::uint64_t offset, std::span<std::byte> into);
  PartProvider::Part part(const PartStep& step);
  RecipeJoiner& inner(const PartStep& step, const PartProvider::Part& part);

  const HeldBytes bytes_;
  PartProvider& parts_;
  const int depth_;
  Recipe recipe_;
  std::vector<std::uint64_t> starts_;  ///< of the steps
  std::uint64_t size_ = 0;
  std::mutex mutex_;                                       // Guards inner_.
  std::map<Digest, std::unique_ptr<RecipeJoiner>> inner_;  // Of parts that are recipes themselves.
};

}  // namespace yestermail
