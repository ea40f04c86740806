// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/pack_salvage.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "store/pack_reader.h"
#include "store/quarantine.h"
#include "store/recipe.h"
#include "store/store_writer.h"

namespace yestermail {
namespace {

bool is_sound(const PackEntry& entry, ByteView frame) {
  if (entry.offset > frame.size() || entry.length > frame.size() - entry.offset) return false;
  const auto stored = frame.subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.length));
  try {
    // The frame's sum is right: a recipe is what was written, whether or not its parts are there.
    return entry.form == BlobForm::kWhole ? Digest::of(stored) == entry.digest
                                          : recipe_size(decode_recipe(stored)) == entry.size;
  } catch (const Error&) {
    return false;
  }
}

/// A frame of empty blobs alone has no bytes, and is there all the same.
std::optional<Bytes> frame_or_none(const PackReader& reader, std::uint64_t offset) {
  try {
    return reader.frame(offset);
  } catch (const Error&) {
    return std::nullopt;
  }
}

class Salvage {
 public:
  Salvage(StoreWriter& writer, PackClass pack_class, const Uuid& owner, const Digest& name)
      : writer_(writer),
        class_(pack_class),
        owner_(owner),
        name_(name),
        path_(writer.layout().pack(pack_class, owner, name)) {}

  SalvagedPack run(const PackContents& known) {
    const auto relative = path_.substr(writer_.layout().store().size() + 1);
    Quarantine quarantine(writer_.world().disk, writer_.layout());
    quarantine.copy(relative);
    PackWriter pack(writer_.world().disk, writer_.layout(), writer_.id(), class_, owner_);
    fill(pack, known);
    if (!pack.empty()) name_it(pack.seal());
    for (const auto& digest : lost_) forget(digest);
    // The very bytes may have come out again: then the pack is healed.
    if (result_.name != name_) quarantine.move(relative);
    return std::move(result_);
  }

 private:
  void fill(PackWriter& pack, const PackContents& known) {
    const PackReader reader(writer_.world().disk, path_);
    PackContents contents;
    try {
      contents = reader.contents();
    } catch (const Error&) {
      contents = known;
    }
    std::stable_sort(contents.begin(), contents.end(), [](const auto& a, const auto& b) { return a.frame < b.frame; });
    Compressor compressor(writer_.tuning().compression_level);
    for (auto from = contents.begin(); from != contents.end();) {
      const auto to = std::find_if(from, contents.end(), [&](const auto& entry) { return entry.frame != from->frame; });
      const auto raw = frame_or_none(reader, from->frame);
      std::vector<PackEntry> sound;
      for (auto entry = from; entry != to; ++entry) {
        if (raw && is_sound(*entry, *raw)) {
          sound.push_back(*entry);
        } else {
          lost_.push_back(entry->digest);
        }
      }
      result_.kept += sound.size();
      if (!sound.empty()) pack.add_frame(compressor.encode(*raw), raw->size(), std::move(sound));
      from = to;
    }
  }

  void name_it(PackWriter::Sealed sealed) {
    result_.name = sealed.name;
    if (sealed.name == name_) return;
    writer_.expect_pack(sealed.name, {sealed.bytes, std::move(sealed.contents)});
    writer_.commit({draft_of_pack(class_, owner_, sealed.name)});
  }

  /// What stands in another pack too stays.
  void forget(const Digest& digest) {
    const auto place = writer_.find_place(class_, owner_, digest);
    if (!place || place->pack != name_) return;
    writer_.forget_place(class_, owner_, digest);
    result_.lost.push_back(digest);
  }

  StoreWriter& writer_;
  const PackClass class_;
  const Uuid owner_;
  const Digest name_;
  const std::string path_;
  std::vector<Digest> lost_;
  SalvagedPack result_;
};

}  // namespace

SalvagedPack salvage_pack(StoreWriter& writer, PackClass pack_class, const Uuid& owner, const Digest& name,
                          const PackContents& known) {
  return Salvage(writer, pack_class, owner, name).run(known);
}

}  // namespace yestermail
