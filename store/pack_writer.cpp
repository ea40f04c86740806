// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pack_writer.h"

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"
#include "base/uuid.h"
#include "store/frame.h"

namespace yestermail {
namespace {

Bytes pack_header(const Uuid& store, PackClass pack_class, const Uuid& account) {
  Bytes header;
  ByteWriter out(header);
  out.raw(as_bytes(kPackMagic));
  out.u8(static_cast<std::uint8_t>(pack_class));
  out.u8(0);
  out.u16(0);
  out.u32(0);
  out.raw(store.bytes());
  out.raw(account.bytes());
  // No two packs are the same file: one that is being removed must not be the one that is just being made.
  const auto random = Uuid::random();
  out.raw(random.bytes().first(8));
  out.u64(checksum(header));
  return header;
}

Bytes encode_contents(const PackContents& contents) {
  Bytes raw;
  ByteWriter out(raw);
  out.varint(contents.size());
  for (const auto& entry : contents) {
    out.raw(entry.digest.bytes());
    out.u8(static_cast<std::uint8_t>(entry.form));
    out.varint(entry.size);
    out.varint(entry.frame);
    out.varint(entry.offset);
    out.varint(entry.length);
  }
  return raw;
}

}  // namespace

PackWriter::PackWriter(Filesystem& disk, const Layout& layout, const Uuid& store, PackClass pack_class,
                       const Uuid& account)
    : disk_(disk),
      layout_(layout),
      class_(pack_class),
      account_(account),
      staged_(layout.staging() + "/" + Uuid::random().hex() + ".pack"),
      file_(disk.open(staged_, Filesystem::Open::kCreate)) {
  append(pack_header(store, pack_class, account));
}

PackWriter::~PackWriter() {
  if (sealed_) return;
  try {
    disk_.remove(staged_);
  } catch (const Error&) {  // Whoever opens the store for writing next empties tmp/.
  }
}

void PackWriter::append(ByteView bytes) {
  file_->write_at(written_, bytes);
  hasher_.update(bytes);
  written_ += bytes.size();
}

void PackWriter::add_frame(const Encoded& encoded, std::size_t raw_length, std::vector<PackEntry> entries) {
  const std::scoped_lock lock(mutex_);
  buffer_.clear();
  append_frame(FrameKind::kData, encoded, raw_length, written_, buffer_);
  for (auto& entry : entries) entry.frame = written_;
  contents_.insert(contents_.end(), entries.begin(), entries.end());
  ++frames_;
  append(buffer_);
}

void PackWriter::write_back() { file_->sync(); }

PackWriter::Sealed PackWriter::seal() {
  const std::scoped_lock lock(mutex_);
  const auto contents_offset = written_.load();
  const auto raw = encode_contents(contents_);
  if (raw.size() > kMaxRawFrameBytes) throw Error(Errc::kFailed, staged_ + ": too many blobs for one pack");
  Compressor compressor(1);
  buffer_.clear();
  append_frame(FrameKind::kContents, compressor.encode(raw), raw.size(), contents_offset, buffer_);
  append(buffer_);

  Bytes footer;
  ByteWriter out(footer);
  out.u64(contents_offset);
  out.u64(frames_);
  out.raw(as_bytes(kPackEndMagic));
  out.u64(checksum(footer));
  append(footer);

  file_->sync();
  const auto name = hasher_.finish();
  const auto directory = layout_.packs(class_, account_);
  disk_.rename(staged_, directory + "/" + name.hex() + ".pack");
  sealed_ = true;
  // Now make the name last too.
  disk_.sync_directory(directory);
  return {name, std::move(contents_), written_};
}

}  // namespace yestermail
