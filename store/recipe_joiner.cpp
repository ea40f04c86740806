// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/recipe_joiner.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "store/spare_bytes.h"

namespace yestermail {
namespace {

ByteView range(ByteView from, std::uint64_t offset, std::size_t size) {
  return from.subspan(static_cast<std::size_t>(offset), size);
}

void copy(ByteView from, std::span<std::byte> into) {
  if (!into.empty()) std::memcpy(into.data(), from.data(), into.size());
}

}  // namespace

RecipeJoiner::RecipeJoiner(HeldBytes recipe, PartProvider& parts, int depth)
    : bytes_(std::move(recipe)), parts_(parts), depth_(depth), recipe_(decode_recipe(bytes_.bytes)) {
  for (const auto& step : recipe_) {
    starts_.push_back(size_);
    size_ += step.size;
  }
}

std::size_t RecipeJoiner::read(std::uint64_t offset, std::span<std::byte> into) {
  if (offset >= size_) return 0;
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
  auto step = static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin()) - 1;
  for (std::size_t done = 0; done < want; ++step) {
    const auto inside = offset + done - starts_[step];
    const auto size = std::min<std::uint64_t>(want - done, recipe_[step].size - inside);
    read_step(recipe_[step], inside, into.subspan(done, static_cast<std::size_t>(size)));
    done += static_cast<std::size_t>(size);
  }
  return want;
}

void RecipeJoiner::read_step(const RecipeStep& step, std::uint64_t offset, std::span<std::byte> into) {
  if (into.empty()) return;
  if (step.coding) {
    read_coded(step, offset, into);
  } else {
    read_piece(step.pieces.front(), offset, into);
  }
}

void RecipeJoiner::read_coded(const RecipeStep& step, std::uint64_t offset, std::span<std::byte> into) {
  auto coding = *step.coding;
  const auto first = offset / coding.text_line();
  const auto lines = (offset + into.size() + coding.text_line() - 1) / coding.text_line();
  std::uint64_t total = 0;
  for (const auto& piece : step.pieces) total += piece_size(piece);
  const auto from = first * coding.byte_line();
  const auto until = std::min(lines * coding.byte_line(), total);
  coding.open_end = coding.open_end && until == total;
  const auto decoded = pieces(step.pieces, from, static_cast<std::size_t>(until - from));
  const auto skipped = static_cast<std::size_t>(offset - first * coding.text_line());
  encode_base64_range(coding, decoded.bytes, skipped, into);
}

/// A range of pieces that are joined: a view where it lies within one, else a copy.
HeldBytes RecipeJoiner::pieces(const std::vector<RecipePiece>& pieces, std::uint64_t offset, std::size_t size) {
  auto piece = pieces.begin();
  while (piece != pieces.end() && offset >= piece_size(*piece)) offset -= piece_size(*piece++);
  if (size == 0 || piece == pieces.end()) return {};
  if (size <= piece_size(*piece) - offset) {
    if (const auto* literal = std::get_if<ByteView>(&*piece)) return {nullptr, range(*literal, offset, size)};
    auto found = part(std::get<PartStep>(*piece));
    if (found.form == BlobForm::kWhole) {
      return {std::move(found.stored.hold), range(found.stored.bytes, offset, size)};
    }
  }
  auto joined = take_bytes(size);
  for (std::size_t done = 0; done < size; ++piece, offset = 0) {
    const auto some = std::min<std::uint64_t>(size - done, piece_size(*piece) - offset);
    read_piece(*piece, offset, std::span(joined).subspan(done, static_cast<std::size_t>(some)));
    done += static_cast<std::size_t>(some);
  }
  auto shared = share_bytes(std::move(joined));
  const ByteView view(*shared);
  return {std::move(shared), view};
}

void RecipeJoiner::read_piece(const RecipePiece& piece, std::uint64_t offset, std::span<std::byte> into) {
  if (const auto* literal = std::get_if<ByteView>(&piece)) return copy(range(*literal, offset, into.size()), into);
  const auto& step = std::get<PartStep>(piece);
  const auto found = part(step);
  if (found.form == BlobForm::kWhole) return copy(range(found.stored.bytes, offset, into.size()), into);
  if (inner(step, found).read(offset, into) != into.size()) {
    throw Error(Errc::kDamage, "part " + step.part.hex() + ": its recipe is too short");
  }
}

PartProvider::Part RecipeJoiner::part(const PartStep& step) {
  auto found = parts_.part(step);
  if (found.form == BlobForm::kWhole ? found.stored.bytes.size() != step.size : depth_ >= kDeepestRecipe) {
    throw Error(Errc::kDamage, "part " + step.part.hex() + ": not what its recipe says");
  }
  return found;
}

RecipeJoiner& RecipeJoiner::inner(const PartStep& step, const PartProvider::Part& part) {
  const std::scoped_lock lock(mutex_);
  auto& joiner = inner_[step.part];
  if (!joiner) {
    joiner.reset(new RecipeJoiner(part.stored, parts_, depth_ + 1));
    if (joiner->size() != step.size) throw Error(Errc::kDamage, "part " + step.part.hex() + ": its recipe is damaged");
  }
  return *joiner;
}

}  // namespace yestermail
