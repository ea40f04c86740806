// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/transaction.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace yestermail {
namespace {

enum class Type : std::uint8_t { kPut = 1, kRemove = 2, kPack = 3, kBlob = 4, kGap = 5, kPurge = 6 };
enum class Tag : std::uint64_t { kSender = 1, kSubject = 2, kAccount = 3, kSource = 4, kLayout = 5 };

void encode_attributes(const EntryState& state, ByteWriter& out) {
  std::vector<std::pair<Tag, std::string_view>> attributes;
  const auto keep = [&](Tag tag, std::string_view value) {
    if (!value.empty()) attributes.emplace_back(tag, value);
  };
  keep(Tag::kSender, state.sender);
  keep(Tag::kSubject, state.subject);
  if (state.account) keep(Tag::kAccount, as_text(state.account->bytes()));
  keep(Tag::kSource, state.source);
  keep(Tag::kLayout, state.layout);
  out.varint(attributes.size());
  for (const auto& [tag, value] : attributes) {
    out.varint(static_cast<std::uint64_t>(tag));
    out.string(value);
  }
}

void decode_attributes(ByteReader& in, EntryState& state) {
  for (auto count = in.varint(); count > 0; --count) {
    const auto tag = static_cast<Tag>(in.varint());
    const auto value = in.string();
    switch (tag) {
      case Tag::kSender: state.sender = as_text(value); break;
      case Tag::kSubject: state.subject = as_text(value); break;
      case Tag::kAccount: state.account = Uuid::from_bytes(value); break;
      case Tag::kSource: state.source = as_text(value); break;
      case Tag::kLayout: state.layout = as_text(value); break;
      default: break;  // From a later version: none of our business.
    }
  }
}

void encode_body(const PutOperation& put, ByteWriter& out) {
  const auto& state = put.state;
  out.varint(put.version.value);
  out.varint(put.item.value);
  out.varint(put.body.value);
  out.u8(static_cast<std::uint8_t>(put.cause));
  out.u8(static_cast<std::uint8_t>(state.kind));
  out.varint(state.parent.value);
  out.string(state.name);
  out.u8(state.digest ? 1 : 0);
  if (state.digest) out.raw(state.digest->bytes());
  out.varint(state.size);
  out.zigzag(state.mtime_ns);
  out.varint(state.mode);
  out.varint(state.uid);
  out.varint(state.gid);
  encode_attributes(state, out);
}

}  // namespace

PutOperation decode_put_body(ByteReader& in) {
  PutOperation put;
  auto& state = put.state;
  put.version = VersionId{in.varint()};
  put.item = ItemId{in.varint()};
  put.body = VersionId{in.varint()};
  put.cause = static_cast<Cause>(in.u8());
  state.kind = static_cast<EntryKind>(in.u8());
  state.parent = ItemId{in.varint()};
  state.name = as_text(in.string());
  if (in.u8() != 0) state.digest = Digest::from_bytes(in.raw(Digest::kSize));
  state.size = in.varint();
  state.mtime_ns = in.zigzag();
  state.mode = static_cast<std::uint32_t>(in.varint());
  state.uid = static_cast<std::uint32_t>(in.varint());
  state.gid = static_cast<std::uint32_t>(in.varint());
  decode_attributes(in, state);
  return put;
}

void encode_put_body(const PutOperation& put, Bytes& to) {
  ByteWriter out(to);
  encode_body(put, out);
}

void encode_ids(const std::vector<VersionId>& ids, Bytes& to) {
  ByteWriter out(to);
  out.varint(ids.size());
  std::uint64_t last = 0;
  for (const auto id : ids) out.varint(id.value - std::exchange(last, id.value));
}

std::vector<VersionId> decode_ids(ByteReader& in) {
  std::vector<VersionId> ids;
  const auto count = in.varint();
  ids.reserve(std::min<std::uint64_t>(count, in.left()));
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto next = last + in.varint();
    if (next <= last) throw Error(Errc::kDamage, "ids of versions that do not rise");
    ids.push_back(VersionId{last = next});
  }
  return ids;
}

namespace {

void encode_body(const RemoveOperation& remove, ByteWriter& out) { out.varint(remove.item.value); }

constexpr std::uint8_t kNamedPool = 3;  ///< a class in the format only: a pool with an id

void encode_class(PackClass pack_class, const Uuid& pool, ByteWriter& out) {
  out.u8(pool.is_zero() ? static_cast<std::uint8_t>(pack_class) : kNamedPool);
  if (!pool.is_zero()) out.raw(pool.bytes());
}

PackClass decode_class(ByteReader& in, Uuid& pool) {
  const auto number = in.u8();
  if (number != kNamedPool) return static_cast<PackClass>(number);
  pool = *Uuid::from_bytes(in.raw(Uuid::kSize));
  return PackClass::kPool;
}

void encode_body(const PackOperation& pack, ByteWriter& out) {
  encode_class(pack.pack_class, pack.pool, out);
  out.raw(pack.name.bytes());
  if (pack.replaced.empty()) return;
  out.varint(pack.replaced.size());
  for (const auto& name : pack.replaced) out.raw(name.bytes());
}

PackOperation decode_pack(ByteReader& in) {
  PackOperation pack;
  pack.pack_class = decode_class(in, pack.pool);
  pack.name = *Digest::from_bytes(in.raw(Digest::kSize));
  if (in.done()) return pack;
  for (auto left = in.varint(); left > 0; --left) pack.replaced.push_back(*Digest::from_bytes(in.raw(Digest::kSize)));
  return pack;
}

void encode_body(const BlobOperation& blob, ByteWriter& out) {
  encode_class(blob.pack_class, blob.pool, out);
  out.u8(static_cast<std::uint8_t>(blob.form));
  out.raw(blob.digest.bytes());
  out.varint(blob.size);
  out.u8(static_cast<std::uint8_t>(blob.codec));
  out.varint(blob.raw_length);
  out.string(blob.encoded);
}

BlobOperation decode_blob(ByteReader& in) {
  BlobOperation blob;
  blob.pack_class = decode_class(in, blob.pool);
  blob.form = static_cast<BlobForm>(in.u8());
  blob.digest = *Digest::from_bytes(in.raw(Digest::kSize));
  blob.size = in.varint();
  blob.codec = static_cast<Codec>(in.u8());
  blob.raw_length = in.varint();
  blob.encoded = in.string();
  return blob;
}

void encode_body(const GapOperation& operation, ByteWriter& out) {
  const auto& gap = operation.gap;
  out.zigzag(gap.from.value);
  out.zigzag(gap.until.value);
  out.u8(static_cast<std::uint8_t>(gap.reason));
  out.string(as_bytes(gap.text));
}

GapOperation decode_gap(ByteReader& in) {
  GapOperation operation;
  auto& gap = operation.gap;
  gap.from = Instant{in.zigzag()};
  gap.until = Instant{in.zigzag()};
  gap.reason = static_cast<GapReason>(in.u8());
  gap.text = as_text(in.string());
  return operation;
}

void encode_body(const PurgeOperation& purge, ByteWriter& out) {
  out.varint(purge.next_item.value);
  out.varint(purge.next_version.value);
  Bytes ids;
  encode_ids(purge.versions, ids);
  out.raw(ids);
  out.varint(purge.accounts.size());
  for (const auto& account : purge.accounts) out.raw(account.bytes());
}

PurgeOperation decode_purge(ByteReader& in) {
  PurgeOperation purge;
  purge.next_item = ItemId{in.varint()};
  purge.next_version = VersionId{in.varint()};
  purge.versions = decode_ids(in);
  for (auto count = in.varint(); count > 0; --count) purge.accounts.push_back(*Uuid::from_bytes(in.raw(Uuid::kSize)));
  return purge;
}

Type type_of(const Operation& operation) {
  constexpr Type kTypes[] = {Type::kPut, Type::kRemove, Type::kPack, Type::kBlob, Type::kGap, Type::kPurge};
  return kTypes[operation.index()];
}

Operation decode_operation(ByteReader& from) {
  const auto type = static_cast<Type>(from.u8());
  ByteReader body(from.string());
  switch (type) {
    case Type::kPut: return decode_put_body(body);
    case Type::kRemove: return RemoveOperation{ItemId{body.varint()}};
    case Type::kPack: return decode_pack(body);
    case Type::kBlob: return decode_blob(body);
    case Type::kGap: return decode_gap(body);
    case Type::kPurge: return decode_purge(body);
  }
  throw Error(Errc::kUnsupported,
              "the history holds an operation that this version does not know: use a newer yestermail");
}

}  // namespace

void encode_operation(const Operation& operation, Bytes& to) {
  Bytes body;
  ByteWriter writer(body);
  std::visit([&](const auto& op) { encode_body(op, writer); }, operation);
  ByteWriter out(to);
  out.u8(static_cast<std::uint8_t>(type_of(operation)));
  out.string(body);
}

void encode_transaction(Lsn lsn, Instant at, const Uuid& account, std::uint64_t count, ByteView operations, Bytes& to) {
  ByteWriter out(to);
  out.varint(lsn.value);
  out.zigzag(at.value);
  out.raw(account.bytes());
  out.varint(count);
  out.raw(operations);
}

Transaction decode_transaction(ByteReader& from) {
  Transaction transaction;
  transaction.lsn = Lsn{from.varint()};
  transaction.at = Instant{from.zigzag()};
  transaction.account = *Uuid::from_bytes(from.raw(Uuid::kSize));
  const auto count = from.varint();
  transaction.operations.reserve(std::min<std::uint64_t>(count, from.left()));
  for (std::uint64_t i = 0; i < count; ++i) transaction.operations.push_back(decode_operation(from));
  return transaction;
}

void encode_for_log(const Transaction& transaction, Bytes& to) {
  Bytes operations;
  std::uint64_t count = 0;
  for (const auto& operation : transaction.operations) {
    if (std::holds_alternative<BlobOperation>(operation)) continue;
    encode_operation(operation, operations);
    ++count;
  }
  encode_transaction(transaction.lsn, transaction.at, transaction.account, count, operations, to);
}

}  // namespace yestermail
