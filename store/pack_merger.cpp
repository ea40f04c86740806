// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pack_merger.h"

#include <algorithm>

#include "base/error.h"
#include "store/pack_visit.h"
#include "store/store_writer.h"

namespace yestermail {
namespace {

constexpr std::uint64_t kTierFactor = 8;
constexpr int kTiers = 3;

/// Below this a pack is small.
std::uint64_t small_bytes(const StoreTuning& tuning) { return tuning.pack_bytes / kTierFactor; }

/// Packs of like size have the same tier; 0 has the largest.
int tier_of(std::uint64_t bytes, const StoreTuning& tuning) {
  int tier = 0;
  for (auto limit = small_bytes(tuning) / kTierFactor; bytes < limit && tier + 1 < kTiers; limit /= kTierFactor) ++tier;
  return tier;
}

}  // namespace

void PackMerger::note(PackClass pack_class, const Uuid& owner) {
  const std::lock_guard lock(mutex_);
  noted_.emplace(pack_class, owner);
}

void PackMerger::run() {
  std::set<Owner> owners;
  {
    const std::lock_guard lock(mutex_);
    owners.swap(noted_);
  }
  if (writer_.tuning().merge_packs == 0) return;
  for (const auto& owner : owners) {
    if (owner.first == PackClass::kAccount && writer_.is_buried(owner.second)) continue;
    try {
      while (join_some(owner)) continue;
    } catch (...) {
      note(owner.first, owner.second);  // It is tried again, as those behind it are when they get a pack.
      throw;
    }
  }
}

/// False: there is nothing to join.
bool PackMerger::join_some(const Owner& owner) {
  const auto& tuning = writer_.tuning();
  std::map<int, Packs> tiers;
  for (const auto& pack : writer_.packs_below(owner.first, owner.second, small_bytes(tuning))) {
    if (!unfit_.contains(pack.name)) tiers[tier_of(pack.bytes, tuning)].push_back(pack);
  }
  for (const auto& [tier, packs] : tiers) {
    if (packs.size() >= tuning.merge_packs) return join(owner, packs);
  }
  return false;
}

bool PackMerger::join(const Owner& owner, const Packs& packs) {
  PackFiller filler(writer_, owner.first, owner.second);
  std::vector<Digest> taken;
  Packs joined;
  std::uint64_t bytes = 0;
  for (const auto& pack : packs) {
    if (bytes += pack.bytes; bytes > writer_.tuning().pack_bytes) break;
    try {
      take_over(owner, pack.name, filler, taken);
    } catch (const Error& error) {
      if (error.code() != Errc::kDamage && error.code() != Errc::kNotFound) throw;
      // A check names what is wrong with it. The others are joined without it, from the beginning.
      unfit_.insert(pack.name);
      return true;
    }
    joined.push_back(pack);
  }
  if (!filler.empty()) record(owner, filler, joined);
  remove(owner, joined, taken);
  return true;
}

/// What stands in the pack, and not in a later one as well. Error{kDamage}: something of it cannot be told.
void PackMerger::take_over(const Owner& owner, const Digest& pack, PackFiller& filler, std::vector<Digest>& taken) {
  const auto stands_here = [&](const PackEntry& entry) {
    const auto place = writer_.find_place(owner.first, owner.second, entry.digest);
    if (!place) throw Error(Errc::kDamage, "nobody knows of a blob in it");
    return place->pack == pack;
  };
  visit_pack(writer_.world().disk, path(owner, pack), stands_here, [&](const PackEntry& entry, ByteView stored) {
    if (entry.form == BlobForm::kWhole && Digest::of(stored) != entry.digest) {
      throw Error(Errc::kDamage, "a blob is not that of its digest");
    }
    filler.add(entry.digest, entry.form, entry.size, stored);
    taken.push_back(entry.digest);
  });
}

void PackMerger::record(const Owner& owner, PackFiller& filler, const Packs& joined) {
  auto sealed = filler.seal();
  writer_.expect_pack(sealed.name, {sealed.bytes, std::move(sealed.contents)});
  std::vector<Digest> replaced;
  for (const auto& pack : joined) replaced.push_back(pack.name);
  writer_.commit({draft_of_pack(owner.first, owner.second, sealed.name, std::move(replaced))});
}

void PackMerger::remove(const Owner& owner, const Packs& packs, const std::vector<Digest>& taken) {
  std::set<Digest> names;
  for (const auto& pack : packs) names.insert(pack.name);
  // Nothing goes that something refers to.
  for (const auto& digest : taken) {
    const auto place = writer_.find_place(owner.first, owner.second, digest);
    if (place && place->pack && names.contains(*place->pack)) {
      throw Error(Errc::kFailed, "pack " + place->pack->hex() + ": still referred to after it was joined with others");
    }
  }
  auto& disk = writer_.world().disk;
  for (const auto& pack : packs) disk.remove(path(owner, pack.name));
  disk.sync_directory(writer_.layout().packs(owner.first, owner.second));
  writer_.drop_packs(owner.first, owner.second, packs);
}

std::string PackMerger::path(const Owner& owner, const Digest& pack) const {
  return writer_.layout().pack(owner.first, owner.second, pack);
}

}  // namespace yestermail
