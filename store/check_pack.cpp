// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/check_pack.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"
#include "store/check_table.h"
#include "store/frame.h"
#include "store/pack_reader.h"

namespace yestermail {
namespace {

using Kind = FileFinding::Kind;
using Role = FileFinding::Role;

constexpr std::size_t kBlockBytes = 256U << 10U;

/// A file whose bytes are hashed as they are read, each once and in order.
class HashedFile final : public File {
 public:
  explicit HashedFile(std::unique_ptr<File> file) : file_(std::move(file)) {}
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    const auto got = file_->read_at(offset, into);
    if (offset == hashed_) {
      hasher_.update(into.first(got));
      hashed_ += got;
    }
    return got;
  }
  void write_at(std::uint64_t /*offset*/, ByteView /*bytes*/) override {}
  void sync() override {}
  [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

  /// Hashes what nobody has read up to `end`.
  void catch_up(std::uint64_t end) const {
    Bytes block;
    while (hashed_ < end) {
      block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, end - hashed_)));
      if (read_at(hashed_, block) == 0) return;
    }
  }
  Digest finish() const { return hasher_.finish(); }

 private:
  const std::unique_ptr<File> file_;
  mutable Hasher hasher_;
  mutable std::uint64_t hashed_ = 0;
};

class PackCheck {
 public:
  PackCheck(const CheckContext& context, const CheckedOwner& owner, const Digest& name, CheckJoiner& joiner)
      : context_(context),
        owner_(owner),
        name_(name),
        path_(context.layout.store() + "/" + owner.pack(name)),
        joiner_(joiner) {
    if (owner.table_sound) table_.emplace(context.layout.store() + "/" + owner.table());
  }

  void run() {
    const HashedFile file(context_.world.disk.open(path_, Filesystem::Open::kRead));
    tally_.packs = 1;
    tally_.bytes_read = file.size();
    check_header(file);
    read_contents();
    if (context_.at_least(CheckLevel::kFrames)) check_frames(file);
    file.catch_up(file.size());
    if (file.finish() != name_) damage("not the bytes that its name says");
    compare_rows();
    context_.collector.count(tally_);
  }

 private:
  void damage(const std::string& what) {
    auto finding = owner_.finding(Kind::kDamaged, Role::kPack, owner_.pack(name_), below_path(what));
    finding.name = name_;
    context_.collector.file(std::move(finding));
  }

  [[nodiscard]] std::string below_path(const std::string& what) const {
    return what.starts_with(path_ + ": ") ? what.substr(path_.size() + 2) : what;
  }

  void check_header(const HashedFile& file) {
    std::array<std::byte, kPackHeaderBytes> bytes{};
    if (file.read_at(0, bytes) != bytes.size()) return damage("too short for a pack");
    ByteReader in(bytes);
    const bool magic = as_text(in.raw(kPackMagic.size())) == kPackMagic;
    const auto pack_class = in.u8();
    in.raw(7);
    const auto store = Uuid::from_bytes(in.raw(Uuid::kSize));
    const auto account = Uuid::from_bytes(in.raw(Uuid::kSize));
    in.u64();
    if (in.u64() != checksum(ByteView(bytes).first(kPackHeaderBytes - 8)) || !magic) {
      return damage("its header is damaged");
    }
    if (store != context_.header.id || account != owner_.id ||
        pack_class != static_cast<std::uint8_t>(owner_.pack_class)) {
      damage("a pack of another account, pool or store");
    }
  }

  void read_contents() {
    try {
      contents_ = PackReader(context_.world.disk, path_).contents();
    } catch (const Error& error) {
      if (error.code() == Errc::kNotFound) throw;
      damage(error.what());
      // The catalog tells too where blobs stand: they can be read.
      if (table_) contents_ = table_->contents(name_);
    }
    std::stable_sort(contents_.begin(), contents_.end(),
                     [](const PackEntry& a, const PackEntry& b) { return a.frame < b.frame; });
  }

  void check_frames(const HashedFile& file) {
    std::uint64_t expected = kPackHeaderBytes;
    for (auto from = contents_.begin(); from != contents_.end();) {
      const auto to =
          std::find_if(from, contents_.end(), [&](const auto& entry) { return entry.frame != from->frame; });
      if (from->frame > expected) damage("frame at " + std::to_string(expected) + ": nothing says what stands in it");
      file.catch_up(from->frame);
      ++tally_.frames;
      try {
        const auto frame = read_frame(file, path_, from->frame, FrameKind::kData);
        expected = frame.end;
        for (auto entry = from; entry != to; ++entry) check_entry(*entry, frame.raw);
      } catch (const Error& error) {
        damage(error.what());
        expected = to == contents_.end() ? file.size() : to->frame;
        for (auto entry = from; entry != to; ++entry) lose(*entry, below_path(error.what()));
      }
      from = to;
    }
  }

  void check_entry(const PackEntry& entry, ByteView frame) {
    if (entry.offset > frame.size() || entry.length > frame.size() - entry.offset) {
      damage("a place in its contents is outside its frame");
      return lose(entry, "its place is outside its frame");
    }
    const auto stored = frame.subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.length));
    if (entry.form == BlobForm::kWhole) {
      count(entry);
      if (Digest::of(stored) == entry.digest) return;
      damage("a blob in it is not what was stored");
      return lose(entry, "its bytes are not what was stored");
    }
    if (!context_.at_least(CheckLevel::kItems)) return;
    count(entry);
    ++tally_.joined;
    const auto& pool = owner_.is_pool() ? owner_.id : owner_.pool;
    if (const auto why = joiner_.compare(stored, pool, entry.digest, entry.size)) lose(entry, *why);
  }

  void count(const PackEntry& entry) {
    ++tally_.blobs;
    tally_.bytes_hashed += entry.size;
  }

  /// Only where nothing better is known of the blob.
  void lose(const PackEntry& entry, const std::string& why) {
    if (table_) {
      const auto place = table_->find(entry.digest);
      const bool elsewhere = place && (place->pack != name_ || place->offset != entry.frame);
      if (elsewhere || !place) return;
    }
    context_.collector.blob(owner_.pack_class, owner_.id, entry.digest, why);
  }

  /// What the catalog says stands here against what does.
  void compare_rows() {
    if (!table_ || !table_->has_pack(name_)) return;
    DigestSum here;
    std::uint64_t wrong = 0;
    std::sort(contents_.begin(), contents_.end(),
              [](const PackEntry& a, const PackEntry& b) { return a.digest < b.digest; });
    for (const auto& entry : contents_) {
      const auto place = table_->find(entry.digest);
      if (!place) ++wrong;
      if (!place || place->pack != name_ || place->offset != entry.frame || place->inner != entry.offset) continue;
      if (place->length != entry.length || place->form != entry.form || place->size != entry.size) ++wrong;
      here.add(entry.digest);
    }
    const auto told = owner_.rows.find(name_);
    if (wrong == 0 && (told == owner_.rows.end() || told->second == here)) return;
    // The table may have been changed between the two looks at it.
    DigestSum again;
    for (const auto& entry : table_->contents(name_)) again.add(entry.digest);
    if (wrong == 0 && again == here) return;
    context_.collector.file(owner_.finding(Kind::kDamaged, owner_.is_pool() ? Role::kPoolIndex : Role::kCatalog,
                                           owner_.table(), "does not tell rightly what stands in pack " + name_.hex()));
  }

  const CheckContext& context_;
  const CheckedOwner& owner_;
  const Digest name_;
  const std::string path_;
  CheckJoiner& joiner_;
  std::optional<CheckTable> table_;
  PackContents contents_;
  CheckTally tally_;
};

}  // namespace

void check_pack(const CheckContext& context, const CheckedOwner& owner, const Digest& name, CheckJoiner& joiner) {
  try {
    PackCheck(context, owner, name, joiner).run();
  } catch (const Error& error) {
    // A pack that went between the listing and this was replaced by another; one that is referred to is missed there.
    if (error.code() == Errc::kNotFound &&
        !context.world.disk.exists(context.layout.store() + "/" + owner.pack(name))) {
      return;
    }
    auto finding = owner.finding(Kind::kDamaged, Role::kPack, owner.pack(name), error.what());
    finding.name = name;
    context.collector.file(std::move(finding));
  }
}

}  // namespace yestermail
