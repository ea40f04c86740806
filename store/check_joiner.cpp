// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_joiner.h"

#include <algorithm>

#include "base/error.h"
#include "store/check_table.h"

namespace yestermail {
namespace {

constexpr std::size_t kCheckedFrameBytes = 48U << 20U;
/// Small enough that all buffers stay in the processor's cache: fresh memory costs more than the hashing.
constexpr std::size_t kPieceBytes = 96U << 10U;
constexpr std::size_t kPartsInMind = 4;  ///< a part, its recipe and the chunks that a piece touches
constexpr std::size_t kMostPools = 16;   ///< whose indexes stay open
constexpr int kLooksAtPacks = 2;

}  // namespace

/// Says which part it is that cannot be had.
class CheckJoiner::Parts final : public PartProvider {
 public:
  Parts(CheckJoiner& joiner, const Uuid& pool) : joiner_(joiner), pool_(pool) {}
  Part part(const PartStep& step) override {
    for (const auto& [digest, known] : in_mind_) {
      if (digest == step.part) return known;
    }
    try {
      auto part = joiner_.loader_.stored_part(pool_, step.part);
      if (in_mind_.size() < kPartsInMind) in_mind_.resize(kPartsInMind);
      in_mind_[next_++ % kPartsInMind] = {step.part, part};
      return part;
    } catch (const Error& error) {
      bad_.emplace_back(step.part, error.what());
      throw;
    }
  }
  void tell(CheckCollector& collector) const {
    for (const auto& [part, why] : bad_) collector.blob(PackClass::kPool, pool_, part, why);
  }

 private:
  CheckJoiner& joiner_;
  const Uuid pool_;
  std::vector<std::pair<Digest, Part>> in_mind_;
  std::size_t next_ = 0;
  std::vector<std::pair<Digest, std::string>> bad_;
};

CheckJoiner::CheckJoiner(const CheckContext& context)
    : context_(context),
      loader_(
          context.world.disk, context.layout,
          [this](const Uuid& pool, const Digest& part) { return find_part(pool, part); }, kCheckedFrameBytes) {}

std::optional<std::string> CheckJoiner::compare(ByteView recipe, const Uuid& pool, const Digest& digest,
                                                std::uint64_t size) {
  for (int looks = 1;; ++looks) {
    Parts parts(*this, pool);
    std::string why;
    try {
      RecipeJoiner joiner({nullptr, recipe}, parts);
      if (joiner.size() != size) throw Error(Errc::kDamage, "its recipe makes something of another size");
      Hasher hasher;
      static thread_local Bytes piece(kPieceBytes);
      for (std::uint64_t at = 0; at < size;) {
        const auto got = joiner.read(at, piece);
        hasher.update(ByteView(piece).first(got));
        at += got;
      }
      if (hasher.finish() == digest) return std::nullopt;
      why = "what its recipe joins to is not what was stored";
    } catch (const Error& error) {
      why = error.what();
    }
    if (looks < kLooksAtPacks) continue;  // A part may have gone from the journal into a pack meanwhile.
    parts.tell(context_.collector);
    return why;
  }
}

std::optional<std::string> CheckJoiner::compare(const JournaledBlob& blob, const Uuid& pool) {
  try {
    const auto recipe = read_journaled(context_.world.disk, context_.layout, blob);
    auto why = compare(recipe, pool, blob.digest, blob.place.size);
    if (!why) return std::nullopt;
    throw Error(Errc::kDamage, *why);
  } catch (const Error& error) {
    CheckedOwner owner;
    owner.pack_class = blob.pack_class;
    owner.id = blob.owner;
    try {
      const auto place = CheckTable(context_.layout.store() + "/" + owner.table()).find(blob.digest);
      if (place && place->pack) return std::nullopt;  // Packed meanwhile: its pack is looked at next time.
    } catch (const Error&) {                          // A damaged catalog is named elsewhere.
    }
    return error.what();
  }
}

void CheckJoiner::know_parts(const Uuid& pool, const Digest& pack, const PackContents& contents) {
  const std::scoped_lock lock(mutex_);
  for (const auto& entry : contents) {
    BlobPlace place;
    place.form = entry.form;
    place.size = entry.size;
    place.pack = pack;
    place.offset = entry.frame;
    place.inner = entry.offset;
    place.length = entry.length;
    known_.try_emplace({pool, entry.digest}, place);
  }
}

std::optional<BlobPlace> CheckJoiner::find_part(const Uuid& pool, const Digest& part) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = known_.find({pool, part}); found != known_.end()) return found->second;
  }
  auto index = borrow(pool);
  const auto place = index->find(part);
  give_back(pool, std::move(index));
  return place;
}

std::unique_ptr<PoolIndex> CheckJoiner::borrow(const Uuid& pool) {
  {
    const std::scoped_lock lock(mutex_);
    auto& idle = idle_[pool];
    while (!idle.empty()) {
      auto index = std::move(idle.back());
      idle.pop_back();
      if (!index->has_moved()) return index;
    }
  }
  return std::make_unique<PoolIndex>(PoolIndex::open_reader(context_.layout.pool_index(pool)));
}

void CheckJoiner::give_back(const Uuid& pool, std::unique_ptr<PoolIndex> index) {
  std::map<Uuid, std::vector<std::unique_ptr<PoolIndex>>> dropped;  // Closed outside the lock.
  const std::scoped_lock lock(mutex_);
  if (idle_.size() > kMostPools) dropped.swap(idle_);
  idle_[pool].push_back(std::move(index));
}

}  // namespace yestermail
