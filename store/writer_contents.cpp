// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_writer.h"

#include "base/error.h"

// Which contents and parts the store has, and where, as its writer is asked for them.

namespace yestermail {
namespace {

constexpr std::size_t kMaxSound = 200'000;  ///< about 12 MB

}  // namespace

bool StoreWriter::has_blob(const Uuid& account, const Digest& digest) {
  const std::scoped_lock lock(catalogs_mutex_);
  return catalogs_->catalog(account).blobs().find(digest).has_value();
}

bool StoreWriter::has_sound_part(const Uuid& pool, const Digest& part, ByteView bytes) {
  {
    const std::scoped_lock lock(sound_mutex_);
    // A purge that has not come to this part yet leaves it; after that it is found nowhere.
    if (const auto watched = watched_.find(pool); watched != watched_.end() && watched->second.contains(part)) {
      needed_[pool].insert(part);
    }
    if (sound_[pool].contains(part)) return true;
  }
  {
    const std::scoped_lock lock(catalogs_mutex_);
    if (!catalogs_->pool(pool).find(part)) return false;
  }
  if (!view_->part_is(pool, part, bytes)) {
    world_.log.error("part " + part.hex() + ": damaged in the pool; a mail has it again, and it is stored anew");
    const std::scoped_lock lock(catalogs_mutex_);
    catalogs_->pool(pool).forget(part);
    return false;
  }
  note_sound(pool, {part});
  return true;
}

void StoreWriter::note_sound(const Uuid& pool, const std::unordered_set<Digest>& parts) {
  const std::scoped_lock lock(sound_mutex_);
  std::size_t all = 0;
  for (const auto& [id, some] : sound_) all += some.size();
  if (all > kMaxSound) sound_.clear();
  sound_[pool].insert(parts.begin(), parts.end());
}

bool StoreWriter::is_packed(PackClass pack_class, const Uuid& owner, const Digest& digest) {
  const std::scoped_lock lock(catalogs_mutex_);
  const auto place = find_place(pack_class, owner, digest);
  return place && place->pack;
}

bool StoreWriter::is_doomed(PackClass pack_class, const Uuid& owner, const Digest& digest) {
  const std::scoped_lock lock(catalogs_mutex_);
  const auto* doomed = catalogs_->doomed(pack_class, owner);
  if (doomed == nullptr || !doomed->contents.contains(digest)) return false;
  return !blob_table(pack_class, owner).find(digest);
}

void StoreWriter::require_contents(const Uuid& account, const std::vector<Operation>& operations,
                                   const std::function<bool(const Digest&)>& at_hand) {
  if (!purged_) return;
  for (const auto& operation : operations) {
    const auto* put = std::get_if<PutOperation>(&operation);
    if (put == nullptr || !put->state.digest) continue;
    const auto& content = *put->state.digest;
    if (at_hand(content) || has_blob(account, content)) continue;
    throw Error(Errc::kFailed, "the content of " + printable(put->state.name) + " was purged meanwhile: scan again");
  }
}

void StoreWriter::expect_pack(const Digest& name, LoadedPack pack) {
  const std::scoped_lock lock(catalogs_mutex_);
  catalogs_->expect_pack(name, std::move(pack));
}

/// Of catalogs_mutex_; until the next call of catalogs_.
BlobTable& StoreWriter::blob_table(PackClass pack_class, const Uuid& owner) {
  return pack_class == PackClass::kPool ? catalogs_->pool(owner).parts() : catalogs_->catalog(owner).blobs();
}

std::vector<BlobTable::Pack> StoreWriter::packs_below(PackClass pack_class, const Uuid& owner, std::uint64_t bytes) {
  const std::scoped_lock lock(catalogs_mutex_);
  return blob_table(pack_class, owner).packs_below(bytes);
}

void StoreWriter::drop_packs(PackClass pack_class, const Uuid& owner, const std::vector<BlobTable::Pack>& packs) {
  mark_writing();
  const std::scoped_lock lock(catalogs_mutex_);
  auto& table = blob_table(pack_class, owner);
  for (const auto& pack : packs) table.drop_pack(pack.name);
}

std::optional<BlobPlace> StoreWriter::find_place(PackClass pack_class, const Uuid& owner, const Digest& digest) {
  const std::scoped_lock lock(catalogs_mutex_);
  return blob_table(pack_class, owner).find(digest);
}

void StoreWriter::forget_place(PackClass pack_class, const Uuid& owner, const Digest& digest) {
  mark_writing();
  const std::scoped_lock lock(catalogs_mutex_);
  if (pack_class == PackClass::kPool) {
    catalogs_->pool(owner).forget(digest);
  } else {
    catalogs_->catalog(owner).blobs().forget(digest);
  }
}

}  // namespace yestermail
