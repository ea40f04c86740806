// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/content_spool.h"

#include <algorithm>

namespace yestermail {
namespace {

constexpr std::size_t kSpooledPiece = 256U << 10U;

class SpooledContent final : public BlobSource {
 public:
  SpooledContent(Spool& bytes, std::uint64_t offset, std::uint64_t size) : bytes_(bytes), at_(offset), left_(size) {}
  std::size_t read(std::span<std::byte> into) override {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    if (most == 0) return 0;
    const auto got = bytes_.read_at(at_, into.first(most));
    at_ += got;
    left_ -= got;
    return got;
  }

 private:
  Spool& bytes_;
  std::uint64_t at_;
  std::uint64_t left_;
};

}  // namespace

ContentSpool::ContentSpool(const std::string& directory) : bytes_(directory) {
  places_.emplace(Digest::of({}), Place{});
}

void ContentSpool::add(TarReader& tar, const Digest& digest, bool only_look) {
  Place place{bytes_.size(), 0};
  Bytes piece(kSpooledPiece);
  Hasher hasher;
  while (const auto got = tar.read(piece)) {
    const auto part = ByteView(piece).first(got);
    hasher.update(part);
    place.size += got;
    if (!only_look) bytes_.append(part);
  }
  // What was altered stays in the file, and nobody finds it.
  if (hasher.finish() == digest) places_.emplace(digest, place);
}

std::unique_ptr<BlobSource> ContentSpool::content(const Digest& digest) {
  const auto found = places_.find(digest);
  if (found == places_.end()) return nullptr;
  return std::make_unique<SpooledContent>(bytes_, found->second.offset, found->second.size);
}

}  // namespace yestermail
