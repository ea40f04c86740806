// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/purge_marker.h"

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"
#include "store/transaction.h"

namespace yestermail {
namespace {

constexpr std::string_view kMagic = "YMPURGE1";

void encode_digests(const std::vector<Digest>& digests, ByteWriter& out) {
  out.varint(digests.size());
  for (const auto& digest : digests) out.raw(digest.bytes());
}

std::vector<Digest> decode_digests(ByteReader& in) {
  std::vector<Digest> digests;
  for (auto count = in.varint(); count > 0; --count) digests.push_back(*Digest::from_bytes(in.raw(Digest::kSize)));
  return digests;
}

PurgeMarker decode_marker(ByteView bytes) {
  if (bytes.size() < kMagic.size() + 8) throw Error(Errc::kDamage, "too short");
  ByteReader sum(bytes.last(8));
  bytes = bytes.first(bytes.size() - 8);
  ByteReader in(bytes);
  if (as_text(in.raw(kMagic.size())) != kMagic || sum.u64() != checksum(bytes)) {
    throw Error(Errc::kDamage, "its bytes are damaged");
  }
  PurgeMarker marker;
  for (auto count = in.varint(); count > 0; --count) {
    auto& account = marker.accounts.emplace_back();
    account.account = *Uuid::from_bytes(in.raw(Uuid::kSize));
    account.whole = in.u8() != 0;
    account.versions = decode_ids(in);
    account.blobs = decode_digests(in);
  }
  for (auto count = in.varint(); count > 0; --count) {
    const auto pool = *Uuid::from_bytes(in.raw(Uuid::kSize));
    marker.parts[pool] = decode_digests(in);
  }
  return marker;
}

}  // namespace

void write_purge_marker(Filesystem& disk, const Layout& layout, const PurgeMarker& marker) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.raw(as_bytes(kMagic));
  out.varint(marker.accounts.size());
  for (const auto& account : marker.accounts) {
    out.raw(account.account.bytes());
    out.u8(account.whole ? 1 : 0);
    encode_ids(account.versions, bytes);
    encode_digests(account.blobs, out);
  }
  out.varint(marker.parts.size());
  for (const auto& [pool, parts] : marker.parts) {
    out.raw(pool.bytes());
    encode_digests(parts, out);
  }
  out.u64(checksum(bytes));
  write_durably(disk, layout.store(), Layout::kPurgingName, bytes);
}

std::optional<PurgeMarker> read_purge_marker(Filesystem& disk, const Layout& layout, Log& log) {
  // A marker that was being written when the power went: nothing was removed yet.
  remove_if_there(disk, layout.store() + "/." + Layout::kPurgingName + ".tmp");
  if (!disk.exists(layout.purging())) return std::nullopt;
  try {
    return decode_marker(read_file(disk, layout.purging()));
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
    log.error(layout.purging() + ": " + error.what() +
              "; a purge was not finished and is not known any more: purge again");
    remove_purge_marker(disk, layout);
    return std::nullopt;
  }
}

void remove_purge_marker(Filesystem& disk, const Layout& layout) {
  remove_if_there(disk, layout.purging());
  disk.sync_directory(layout.store());
}

}  // namespace yestermail
