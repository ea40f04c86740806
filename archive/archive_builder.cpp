// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive/archive_builder.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"

namespace yestermail {
namespace {

constexpr std::size_t kBuiltPiece = 1U << 20U;

}  // namespace

void ArchiveBuilder::note(const Member& file, const Digest& digest) {
  const nlohmann::ordered_json line{{"path", json_text(file.path)}, {"size", file.size}, {"sha256", digest.hex()}};
  manifest_.append(line.dump() + "\n");
}

void ArchiveBuilder::add_file(const Member& file, ByteView bytes, const Digest& digest) {
  tar_.begin(file);
  tar_.data(bytes);
  note(file, digest);
}

void ArchiveBuilder::add_large(const Member& file, const Digest& digest, const PieceReader& read) {
  tar_.begin(file);
  Hasher hasher;
  Bytes piece(kBuiltPiece);
  for (std::uint64_t at = 0; at < file.size;) {
    const auto got = read(at, piece);
    if (got == 0 || got > file.size - at) break;
    hasher.update(ByteView(piece).first(got));
    tar_.data(ByteView(piece).first(got));
    at += got;
  }
  if (hasher.finish() != digest) {
    throw Error(Errc::kFailed, printable(file.path) + ": its bytes changed while they were read: export again");
  }
  note(file, digest);
}

void ArchiveBuilder::add_text(Member file, std::string_view text) {
  file.size = text.size();
  add_file(file, as_bytes(text), Digest::of(as_bytes(text)));
}

void ArchiveBuilder::add_spool(Member file, Spool& spool) {
  file.size = spool.size();
  tar_.begin(file);
  Hasher hasher;
  spool.read([&](ByteView piece) {
    hasher.update(piece);
    tar_.data(piece);
  });
  note(file, hasher.finish());
}

void ArchiveBuilder::finish(std::int64_t mtime_ns) {
  Member list{.path = "manifest.jsonl", .size = manifest_.size(), .mtime_ns = mtime_ns};
  tar_.begin(list);
  manifest_.read([&](ByteView piece) { tar_.data(piece); });
  tar_.finish();
}

}  // namespace yestermail
