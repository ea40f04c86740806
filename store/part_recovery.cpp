// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/part_recovery.h"

#include "base/error.h"
#include "store/base64_lines.h"
#include "store/recipe.h"

namespace yestermail {
namespace {

class Recovery {
 public:
  Recovery(const std::function<bool(const Digest&)>& is_lost,
           const std::function<std::optional<PartProvider::Part>(const Digest&)>& stored)
      : is_lost_(is_lost), stored_(stored) {}

  void take_apart(ByteView bytes, ByteView recipe, int depth) {
    std::uint64_t at = 0;
    for (const auto& step : decode_recipe(recipe)) {
      if (step.size > bytes.size() - at) throw Error(Errc::kDamage, "a recipe makes more than its blob");
      const auto text = bytes.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(step.size));
      at += step.size;
      if (!step.coding) {
        pieces(step, text, depth);
        continue;
      }
      // Its last line may have no end: what the reader finds out itself.
      auto coding = *step.coding;
      coding.open_end = false;
      Base64Reader reader(coding);
      Bytes decoded(reader.room_for(text.size()));
      const auto taken = reader.take(text, true, decoded);
      pieces(step, ByteView(decoded).first(taken.bytes), depth);
    }
  }

  std::map<Digest, Bytes> take() { return std::move(found_); }

 private:
  void pieces(const RecipeStep& step, ByteView bytes, int depth) {
    std::uint64_t at = 0;
    for (const auto& piece : step.pieces) {
      const auto* part = std::get_if<PartStep>(&piece);
      const auto size = part != nullptr ? part->size : std::get<ByteView>(piece).size();
      if (size > bytes.size() - at) throw Error(Errc::kDamage, "a recipe makes more than its blob");
      const auto its = bytes.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
      at += size;
      if (part != nullptr) take_part(part->part, its, depth);
    }
  }

  void take_part(const Digest& part, ByteView bytes, int depth) {
    if (is_lost_(part)) {
      if (Digest::of(bytes) == part) found_.try_emplace(part, bytes.begin(), bytes.end());
      return;
    }
    if (depth >= kDeepestRecipe) return;
    const auto stored = stored_(part);
    if (stored && stored->form == BlobForm::kRecipe) take_apart(bytes, stored->stored.bytes, depth + 1);
  }

  const std::function<bool(const Digest&)>& is_lost_;
  const std::function<std::optional<PartProvider::Part>(const Digest&)>& stored_;
  std::map<Digest, Bytes> found_;
};

}  // namespace

std::map<Digest, Bytes> recover_parts(ByteView blob, ByteView recipe, const std::function<bool(const Digest&)>& is_lost,
                                      const std::function<std::optional<PartProvider::Part>(const Digest&)>& stored) {
  Recovery recovery(is_lost, stored);
  recovery.take_apart(blob, recipe, 0);
  return recovery.take();
}

}  // namespace yestermail
