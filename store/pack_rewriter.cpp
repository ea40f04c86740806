// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pack_rewriter.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "store/pack_reader.h"

namespace yestermail {

std::string PackRewriter::path(const Digest& pack) const { return layout_.pack(class_, owner_, pack); }

bool PackRewriter::holds(const Digest& pack, const std::unordered_set<Digest>& contents) const {
  const auto all = PackReader(disk_, path(pack)).contents();
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) { return contents.contains(entry.digest); });
}

std::optional<PackWriter::Sealed> PackRewriter::without(const Digest& pack,
                                                        const std::unordered_set<Digest>& contents) const {
  const PackReader reader(disk_, path(pack));
  std::map<std::uint64_t, std::vector<PackEntry>> frames;
  for (const auto& entry : reader.contents()) {
    if (!contents.contains(entry.digest)) frames[entry.frame].push_back(entry);
  }
  if (frames.empty()) return std::nullopt;
  PackWriter writer(disk_, layout_, store_, class_, owner_);
  Compressor compressor(level_);
  for (auto& [at, entries] : frames) {
    const auto raw = reader.frame(at);
    Bytes kept;
    for (auto& entry : entries) {
      if (entry.offset > raw.size() || entry.length > raw.size() - entry.offset) {
        throw Error(Errc::kDamage, path(pack) + ": a blob's place is outside its frame");
      }
      const auto stored =
          ByteView(raw).subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.length));
      entry.offset = kept.size();
      append(kept, stored);
    }
    // What was stored as it is does not compress.
    const bool plain = reader.plain(at, 0, 0).has_value();
    const auto encoded = plain ? Encoded{Codec::kRaw, kept} : compressor.encode(kept);
    writer.add_frame(encoded, kept.size(), std::move(entries));
  }
  return writer.seal();
}

}  // namespace yestermail
