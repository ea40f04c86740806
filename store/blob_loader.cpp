// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/blob_loader.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "store/recipe.h"

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

void require_digest(ByteView bytes, const Digest& digest, const char* what) {
  if (Digest::of(bytes) != digest)
    throw Error(Errc::kDamage, std::string(what) + " " + digest.hex() + ": its bytes are damaged");
}

/// A blob that was joined and checked whole.
class WholeBlob final : public BlobReader {
 public:
  explicit WholeBlob(Bytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read(std::uint64_t offset, std::span<std::byte> into) override {
    return copy_range(bytes_, offset, into);
  }

 private:
  const Bytes bytes_;
};

/// A large blob: parts are loaded, and checked each, when a read touches them.
class JoinedBlob final : public BlobReader {
 public:
  JoinedBlob(BlobLoader& loader, Recipe recipe) : loader_(loader), recipe_(std::move(recipe)) {
    for (const auto& step : recipe_) {
      starts_.push_back(size_);
      const auto* literal = std::get_if<Bytes>(&step);
      size_ += literal != nullptr ? literal->size() : std::get<PartStep>(step).size;
    }
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  std::size_t read(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    auto step = static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin());
    step = step == 0 ? 0 : step - 1;
    for (; step < recipe_.size() && done < into.size(); ++step) {
      done += read_step(step, offset + done - starts_[step], into.subspan(done));
    }
    return done;
  }

 private:
  std::size_t read_step(std::size_t step, std::uint64_t offset, std::span<std::byte> into) {
    if (const auto* literal = std::get_if<Bytes>(&recipe_[step])) return copy_range(*literal, offset, into);
    const auto& part = std::get<PartStep>(recipe_[step]);
    return copy_range(*loader_.part(part.part, part.size), offset, into);
  }

  BlobLoader& loader_;
  const Recipe recipe_;
  std::vector<std::uint64_t> starts_;
  std::uint64_t size_ = 0;
};

}  // namespace

BlobLoader::BlobLoader(Filesystem& disk, const Layout& layout, FindPart find_part)
    : disk_(disk),
      layout_(layout),
      find_part_(std::move(find_part)),
      frames_(kFrameCacheBytes),
      parts_(kPartCacheBytes) {}

std::unique_ptr<BlobReader> BlobLoader::open(const Uuid& account, const Digest& digest, const BlobPlace& place) {
  auto stored = stored_bytes(account, PackClass::kAccount, place);
  if (place.form == BlobForm::kWhole) {
    require_digest(stored, digest, "blob");
    return std::make_unique<WholeBlob>(std::move(stored));
  }
  if (place.form != BlobForm::kRecipe) throw Error(Errc::kUnsupported, "blob " + digest.hex() + ": of a later version");
  auto recipe = decode_recipe(stored);
  if (recipe_size(recipe) != place.size) throw Error(Errc::kDamage, "blob " + digest.hex() + ": its recipe is damaged");
  auto joined = std::make_unique<JoinedBlob>(*this, std::move(recipe));
  if (place.size > kWholeBytes) return joined;
  Bytes bytes(static_cast<std::size_t>(place.size));
  joined->read(0, bytes);
  require_digest(bytes, digest, "blob");
  return std::make_unique<WholeBlob>(std::move(bytes));
}

ByteCache::Value BlobLoader::part(const Digest& digest, std::uint64_t size) {
  return parts_.get({digest, size}, [&] {
    const auto place = find_part_(digest);
    if (!place) throw Error(Errc::kDamage, "part " + digest.hex() + ": not in the pool");
    auto bytes = stored_bytes(Uuid{}, PackClass::kPool, *place);
    if (bytes.size() != size) throw Error(Errc::kDamage, "part " + digest.hex() + ": of the wrong length");
    require_digest(bytes, digest, "part");
    return bytes;
  });
}

Bytes BlobLoader::stored_bytes(const Uuid& account, PackClass pack_class, const BlobPlace& place) {
  if (!place.pack) {
    const auto file = disk_.open(layout_.segment(place.segment), Filesystem::Open::kRead);
    Bytes encoded(static_cast<std::size_t>(std::min<std::uint64_t>(place.length, file->size())));
    encoded.resize(file->read_at(place.offset, encoded));
    return decode(place.codec, encoded, static_cast<std::size_t>(place.raw_length));
  }
  const auto path =
      pack_class == PackClass::kPool ? layout_.pool_pack(*place.pack) : layout_.pack(account, *place.pack);
  if (pack_class == PackClass::kPool) return pack(path)->frame(place.offset);  // A frame of its own, cached as a part.
  const auto frame = frames_.get({*place.pack, place.offset}, [&] { return pack(path)->frame(place.offset); });
  if (place.inner > frame->size() || place.length > frame->size() - place.inner) {
    throw Error(Errc::kDamage, path + ": a blob's place is outside its frame");
  }
  const auto bytes =
      ByteView(*frame).subspan(static_cast<std::size_t>(place.inner), static_cast<std::size_t>(place.length));
  return {bytes.begin(), bytes.end()};
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

}  // namespace yestermail
