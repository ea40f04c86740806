// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pack_filler.h"

#include <utility>

#include "store/like_content.h"
#include "store/store_writer.h"

namespace yestermail {

PackFiller::PackFiller(StoreWriter& writer, PackClass pack_class, const Uuid& owner)
    : class_(pack_class),
      pack_(writer.world().disk, writer.layout(), writer.id(), pack_class, owner),
      frame_bytes_(static_cast<std::size_t>(writer.tuning().frame_bytes)),
      compressed_(writer.tuning().compression_level),
      plain_(0) {}

void PackFiller::add(const Digest& digest, BlobForm form, std::uint64_t size, ByteView raw) {
  auto& frame = class_ == PackClass::kPool && looks_compressed(raw) ? plain_ : compressed_;
  frame.entries.push_back({digest, form, size, 0, frame.raw.size(), raw.size()});
  append(frame.raw, raw);
  ++added_;
  if (frame.raw.size() >= frame_bytes_) flush(frame);
}

void PackFiller::flush(Frame& frame) {
  if (frame.entries.empty()) return;
  pack_.add_frame(frame.compressor.encode(frame.raw), frame.raw.size(), std::exchange(frame.entries, {}));
  frame.raw.clear();
}

PackWriter::Sealed PackFiller::seal() {
  flush(compressed_);
  flush(plain_);
  return pack_.seal();
}

}  // namespace yestermail
