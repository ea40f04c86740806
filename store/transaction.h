// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "store/compressor.h"
#include "store/entry.h"
#include "store/pack_class.h"

namespace yestermail {

/// What is stored for a blob: itself, or a recipe for it (docs/format.md 5).
enum class BlobForm : std::uint8_t { kWhole = 0, kRecipe = 1 };

/// The operations of docs/format.md 3, as they stand in journal and logs.
struct PutOperation {
  VersionId version;
  ItemId item;
  VersionId body;
  Cause cause = Cause::kArrived;
  EntryState state;
};
struct RemoveOperation {
  ItemId item;
};
struct PackOperation {
  PackClass pack_class = PackClass::kAccount;
  Digest name;
  Uuid pool{};                     ///< kPool: which one; zero where the whole store shares one
  std::vector<Digest> replaced{};  ///< packs of the same owner that may be gone: what was needed of them is in this one
  /// Its pool, or the account of its transaction.
  [[nodiscard]] const Uuid& owner(const Uuid& account) const { return pack_class == PackClass::kPool ? pool : account; }
};
/// A blob or a part in the journal. After decoding, `encoded` views the buffer that was decoded.
struct BlobOperation {
  PackClass pack_class = PackClass::kAccount;
  BlobForm form = BlobForm::kWhole;
  Digest digest;
  std::uint64_t size = 0;
  Codec codec = Codec::kRaw;
  std::uint64_t raw_length = 0;
  ByteView encoded;
  Uuid pool{};  ///< kPool: which one
};
struct GapOperation {
  Gap gap;
};
/// Versions of the account that are gone for good, ascending; ids below the two numbers are not used again.
struct PurgeOperation {
  ItemId next_item;
  VersionId next_version;
  std::vector<VersionId> versions;
  std::vector<Uuid> accounts;  ///< in the server account: all of these are gone
};
using Operation =
    std::variant<PutOperation, RemoveOperation, PackOperation, BlobOperation, GapOperation, PurgeOperation>;

struct Transaction {
  Lsn lsn;
  Instant at;
  Uuid account;
  std::vector<Operation> operations;
};

void encode_operation(const Operation& operation, Bytes& to);
/// `operations` are already encoded, `count` of them.
void encode_transaction(Lsn lsn, Instant at, const Uuid& account, std::uint64_t count, ByteView operations, Bytes& to);
/// Error{kDamage}, or {kUnsupported} for an operation that this version does not know.
Transaction decode_transaction(ByteReader& from);

/// The body of a PUT alone, as a catalog keeps it.
void encode_put_body(const PutOperation& put, Bytes& to);
PutOperation decode_put_body(ByteReader& from);

/// Ids, ascending, as distances. decode: Error{kDamage} where they do not rise.
void encode_ids(const std::vector<VersionId>& ids, Bytes& to);
std::vector<VersionId> decode_ids(ByteReader& from);

/// The transaction without what belongs into the journal only, encoded.
void encode_for_log(const Transaction& transaction, Bytes& to);

}  // namespace yestermail
