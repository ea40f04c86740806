// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/blob_loader.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "store/spare_bytes.h"

namespace yestermail {
namespace {

constexpr std::size_t kFrameCacheBytes = 6U << 20U;
constexpr std::size_t kPartCacheBytes = 6U << 20U;
constexpr std::size_t kMaxOpenPacks = 64;
constexpr std::uint64_t kWholeBytes = 1U << 20U;  ///< up to here a blob is joined and checked as a whole

std::size_t copy_range(ByteView from, std::uint64_t offset, std::span<std::byte> into) {
  if (offset >= from.size() || into.empty()) return 0;
  const auto piece =
      from.subspan(static_cast<std::size_t>(offset), std::min<std::size_t>(into.size(), from.size() - offset));
  std::memcpy(into.data(), piece.data(), piece.size());
  return piece.size();
}

/// In memory that is used again.
Bytes copy_of(ByteView from) {
  auto bytes = take_bytes(from.size());
  std::copy(from.begin(), from.end(), bytes.begin());
  return bytes;
}

void require_digest(ByteView bytes, const Digest& digest, const char* what) {
  if (Digest::of(bytes) != digest)
    throw Error(Errc::kDamage, std::string(what) + " " + digest.hex() + ": its bytes are damaged");
}

void require_size(std::uint64_t size, const Digest& digest, const BlobPlace& place) {
  if (size != place.size) throw Error(Errc::kDamage, "blob " + digest.hex() + ": its recipe is damaged");
}

HeldBytes held(Bytes bytes) {
  auto holder = share_bytes(std::move(bytes));
  const ByteView view = *holder;
  return {std::move(holder), view};
}

/// A blob that is in memory, and was checked whole.
class WholeBlob final : public BlobReader {
 public:
  explicit WholeBlob(HeldBytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.bytes.size(); }
  std::size_t read(std::uint64_t offset, std::span<std::byte> into) override {
    return copy_range(bytes_.bytes, offset, into);
  }

 private:
  const HeldBytes bytes_;
};

/// What is joined of these parts is checked as a whole.
class StoredParts final : public PartProvider {
 public:
  StoredParts(BlobLoader& loader, const Uuid& pool) : loader_(loader), pool_(pool) {}
  Part part(const PartStep& step) override { return loader_.stored_part(pool_, step.part); }

 private:
  BlobLoader& loader_;
  const Uuid pool_;
};

/// A large blob: parts are loaded, and checked each, when a read touches them.
class JoinedBlob final : public BlobReader, private PartProvider {
 public:
  JoinedBlob(HeldBytes recipe, BlobLoader& loader, const Uuid& pool)
      : loader_(loader), pool_(pool), joiner_(std::move(recipe), *this) {}
  [[nodiscard]] std::uint64_t size() const override { return joiner_.size(); }
  std::size_t read(std::uint64_t offset, std::span<std::byte> into) override { return joiner_.read(offset, into); }

 private:
  Part part(const PartStep& step) override { return loader_.checked_part(pool_, step); }

  BlobLoader& loader_;
  const Uuid pool_;
  RecipeJoiner joiner_;
};

}  // namespace

BlobLoader::BlobLoader(Filesystem& disk, const Layout& layout, FindPart find_part, std::size_t frame_cache_bytes)
    : disk_(disk),
      layout_(layout),
      find_part_(std::move(find_part)),
      frames_(frame_cache_bytes > 0 ? frame_cache_bytes : kFrameCacheBytes),
      parts_(kPartCacheBytes) {}

std::unique_ptr<BlobReader> BlobLoader::open(const Uuid& account, const Uuid& pool, const Digest& digest,
                                             const BlobPlace& place) {
  if (place.form == BlobForm::kRecipe && place.size > kWholeBytes) {
    auto joined = std::make_unique<JoinedBlob>(stored_bytes(account, PackClass::kAccount, place), *this, pool);
    require_size(joined->size(), digest, place);
    return joined;
  }
  auto whole = content(account, pool, digest, place);
  // A reader that is kept must not keep a pack's frame, which is a hundred times as large as most mails.
  if (place.form == BlobForm::kWhole && place.pack && whole.bytes.size() <= kWholeBytes) {
    whole = held(copy_of(whole.bytes));
  }
  return std::make_unique<WholeBlob>(std::move(whole));
}

HeldBytes BlobLoader::content(const Uuid& account, const Uuid& pool, const Digest& digest, const BlobPlace& place) {
  auto stored = stored_bytes(account, PackClass::kAccount, place);
  if (place.form == BlobForm::kWhole) {
    require_digest(stored.bytes, digest, "blob");
    return stored;
  }
  if (place.form != BlobForm::kRecipe) throw Error(Errc::kUnsupported, "blob " + digest.hex() + ": of a later version");
  StoredParts parts(*this, pool);
  RecipeJoiner joiner(std::move(stored), parts);
  require_size(joiner.size(), digest, place);
  auto bytes = take_bytes(static_cast<std::size_t>(place.size));
  joiner.read(0, bytes);
  require_digest(bytes, digest, "blob");
  return held(std::move(bytes));
}

PartProvider::Part BlobLoader::stored_blob(const Uuid& account, const BlobPlace& place) {
  return {place.form, stored_bytes(account, PackClass::kAccount, place)};
}

PartProvider::Part BlobLoader::stored_part(const Uuid& pool, const Digest& digest) {
  try {
    return stored_part_once(pool, digest);
  } catch (const Error& error) {
    if (error.code() != Errc::kNotFound) throw;
    return stored_part_once(pool, digest);  // Its pack was replaced since its place was looked up.
  }
}

PartProvider::Part BlobLoader::stored_part_once(const Uuid& pool, const Digest& digest) {
  const auto place = find_part_(pool, digest);
  if (!place) throw Error(Errc::kDamage, "part " + digest.hex() + ": not in the pool");
  if (place->form != BlobForm::kWhole && place->form != BlobForm::kRecipe) {
    throw Error(Errc::kUnsupported, "part " + digest.hex() + ": of a later version");
  }
  return {place->form, stored_bytes(pool, PackClass::kPool, *place)};
}

PartProvider::Part BlobLoader::checked_part(const Uuid& pool, const PartStep& step) {
  auto form = BlobForm::kWhole;
  const auto checked = parts_.get({step.part, step.size}, [&] {
    const auto part = stored_part(pool, step.part);
    form = part.form;
    if (form == BlobForm::kWhole) require_digest(part.stored.bytes, step.part, "part");
    return form == BlobForm::kWhole ? copy_of(part.stored.bytes) : Bytes();
  });
  if (form == BlobForm::kRecipe || (checked->empty() && step.size > 0)) return stored_part(pool, step.part);
  return {BlobForm::kWhole, {checked, *checked}};
}

bool BlobLoader::part_is(const Uuid& pool, const Digest& digest, ByteView bytes) {
  const auto part = stored_part(pool, digest);
  const auto same = [&](ByteView stored) {
    return std::equal(stored.begin(), stored.end(), bytes.begin(), bytes.end());
  };
  if (part.form == BlobForm::kWhole)
    return bytes.empty() ? Digest::of(part.stored.bytes) == digest : same(part.stored.bytes);
  StoredParts parts(*this, pool);
  RecipeJoiner joiner(part.stored, parts);
  if (bytes.empty()) return true;
  if (joiner.size() != bytes.size()) return false;
  Bytes joined(bytes.size());
  joiner.read(0, joined);
  return same(joined);
}

HeldBytes BlobLoader::stored_bytes(const Uuid& owner, PackClass pack_class, const BlobPlace& place) {
  if (!place.pack) {
    const auto file = disk_.open(layout_.segment(place.segment), Filesystem::Open::kRead);
    Bytes encoded(static_cast<std::size_t>(std::min<std::uint64_t>(place.length, file->size())));
    encoded.resize(file->read_at(place.offset, encoded));
    return held(decode(place.codec, encoded, static_cast<std::size_t>(place.raw_length)));
  }
  const auto path = layout_.pack(pack_class, owner, *place.pack);
  const auto from_pack = [&](const auto& read) {
    try {
      return read(*pack(path));
    } catch (const Error&) {
      close_pack(path);  // A good one may come in its place.
      throw;
    }
  };
  // Its digest is checked by whoever asked, so the frame around it need not be read. A recipe has none of its own.
  if (pack_class == PackClass::kPool && place.form == BlobForm::kWhole) {
    auto alone =
        from_pack([&](const PackReader& reader) { return reader.plain(place.offset, place.inner, place.length); });
    if (alone) return held(std::move(*alone));
  }
  auto frame = frames_.get({*place.pack, place.offset}, [&] {
    return from_pack([&](const PackReader& reader) { return reader.frame(place.offset); });
  });
  if (place.inner > frame->size() || place.length > frame->size() - place.inner) {
    throw Error(Errc::kDamage, path + ": a blob's place is outside its frame");
  }
  const auto bytes =
      ByteView(*frame).subspan(static_cast<std::size_t>(place.inner), static_cast<std::size_t>(place.length));
  return {std::move(frame), bytes};
}

std::shared_ptr<PackReader> BlobLoader::pack(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  for (auto it = packs_.begin(); it != packs_.end(); ++it) {
    if (it->first != path) continue;
    packs_.splice(packs_.begin(), packs_, it);
    return packs_.front().second;
  }
  packs_.emplace_front(path, std::make_shared<PackReader>(disk_, path));
  if (packs_.size() > kMaxOpenPacks) packs_.pop_back();
  return packs_.front().second;
}

void BlobLoader::close_pack(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  packs_.remove_if([&](const auto& entry) { return entry.first == path; });
}

}  // namespace yestermail
