// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pack_visit.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "store/recipe.h"

namespace yestermail {

void visit_pack(Filesystem& disk, const std::string& path, const std::function<bool(const PackEntry&)>& wanted,
                const std::function<void(const PackEntry&, ByteView stored)>& visit) {
  const PackReader reader(disk, path);
  auto contents = reader.contents();
  std::erase_if(contents, [&](const PackEntry& entry) { return !wanted(entry); });
  std::stable_sort(contents.begin(), contents.end(), [](const auto& a, const auto& b) { return a.frame < b.frame; });
  std::optional<std::uint64_t> at;
  Bytes frame;
  for (const auto& entry : contents) {
    if (at != entry.frame) frame = reader.frame(*(at = entry.frame));
    if (entry.offset > frame.size() || entry.length > frame.size() - entry.offset) {
      throw Error(Errc::kDamage, path + ": a blob's place is outside its frame");
    }
    visit(entry,
          ByteView(frame).subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.length)));
  }
}

void visit_parts(ByteView recipe, const std::function<void(const Digest&)>& visit) {
  for (const auto& step : decode_recipe(recipe)) {
    for (const auto& piece : step.pieces) {
      if (const auto* part = std::get_if<PartStep>(&piece)) visit(part->part);
    }
  }
}

}  // namespace yestermail
