// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pack_reader.h"

#include <array>

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"
#include "store/frame.h"

namespace yestermail {

PackReader::PackReader(Filesystem& disk, std::string path)
    : path_(std::move(path)), file_(disk.open(path_, Filesystem::Open::kRead)) {}

PackContents PackReader::contents() const {
  const auto size = file_->size();
  std::array<std::byte, kPackFooterBytes> footer{};
  const bool whole =
      size >= kPackHeaderBytes + kPackFooterBytes && file_->read_at(size - kPackFooterBytes, footer) == footer.size();
  ByteReader end(footer);
  const auto offset = end.u64();
  end.u64();
  const auto magic = as_text(end.raw(kPackEndMagic.size()));
  const auto summed = ByteView(footer).first(kPackFooterBytes - 8);
  if (!whole || magic != kPackEndMagic || end.u64() != checksum(summed)) {
    throw Error(Errc::kDamage, path_ + ": the end of the pack is damaged or missing");
  }
  const auto raw = read_frame(*file_, path_, offset, FrameKind::kContents).raw;
  ByteReader in(raw);
  PackContents contents;
  const auto count = in.varint();
  contents.reserve(std::min<std::uint64_t>(count, raw.size()));
  for (std::uint64_t i = 0; i < count; ++i) {
    PackEntry entry;
    entry.digest = *Digest::from_bytes(in.raw(Digest::kSize));
    entry.form = static_cast<BlobForm>(in.u8());
    entry.size = in.varint();
    entry.frame = in.varint();
    entry.offset = in.varint();
    entry.length = in.varint();
    contents.push_back(entry);
  }
  return contents;
}

Bytes PackReader::frame(std::uint64_t offset) const { return read_frame(*file_, path_, offset, FrameKind::kData).raw; }

std::optional<Bytes> PackReader::plain(std::uint64_t offset, std::uint64_t inner, std::uint64_t length) const {
  return read_plain(*file_, path_, offset, inner, length);
}

}  // namespace yestermail
