// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/part_sink.h"

#include <limits>

namespace yestermail {
namespace {

constexpr std::size_t kUncutBytes = 32U << 10U;  ///< a part below this is not cut

}  // namespace

void PartCutter::chunk(ByteView bytes) {
  const auto digest = Digest::of(bytes);
  if (!sink_.has(digest, bytes)) sink_.store(digest, BlobForm::kWhole, bytes.size(), bytes);
  chunks_.part({digest, bytes.size()});
}

void PartCutter::store_chunks(const Digest& digest, std::uint64_t size) {
  recipe_.clear();
  chunks_.finish(recipe_);
  sink_.store(digest, BlobForm::kRecipe, size, recipe_);
}

void PartCutter::whole(const Digest& digest, ByteView bytes) {
  if (sink_.has(digest, bytes)) return;
  const auto cut = cut_size_of(bytes.size());
  auto at = bytes.size() < kUncutBytes ? bytes.size() : first_chunk(bytes, cut);
  // A part that is one chunk is not a recipe of itself.
  if (at == bytes.size()) return sink_.store(digest, BlobForm::kWhole, bytes.size(), bytes);
  chunk(bytes.first(at));
  while (at < bytes.size()) {
    const auto size = first_chunk(bytes.subspan(at), cut);
    chunk(bytes.subspan(at, size));
    at += size;
  }
  store_chunks(digest, bytes.size());
}

void PartCutter::add(ByteView bytes) {
  const auto cut = cut_size_of(std::numeric_limits<std::uint64_t>::max());
  hasher_.update(bytes);
  size_ += bytes.size();
  append(rest_, bytes);
  std::size_t at = 0;
  for (; rest_.size() - at > cut.most();) {
    const auto size = first_chunk(ByteView(rest_).subspan(at), cut);
    chunk(ByteView(rest_).subspan(at, size));
    at += size;
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(at));
}

PartStep PartCutter::finish() {
  const auto cut = cut_size_of(std::numeric_limits<std::uint64_t>::max());
  for (std::size_t at = 0; at < rest_.size();) {
    const auto size = first_chunk(ByteView(rest_).subspan(at), cut);
    chunk(ByteView(rest_).subspan(at, size));
    at += size;
  }
  const PartStep step{hasher_.finish(), size_};
  recipe_.clear();
  chunks_.finish(recipe_);
  if (!sink_.has(step.part, {})) sink_.store(step.part, BlobForm::kRecipe, size_, recipe_);
  rest_.clear();
  size_ = 0;
  return step;
}

}  // namespace yestermail
