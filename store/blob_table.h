// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "store/pack_format.h"
#include "store/sqlite.h"
#include "store/transaction.h"

namespace yestermail {

/// Where the stored bytes of a blob are.
struct BlobPlace {
  BlobForm form = BlobForm::kWhole;
  std::uint64_t size = 0;        ///< of the blob
  std::optional<Digest> pack;    ///< none: in the journal
  std::uint64_t segment = 0;     ///< in the journal: which segment
  std::uint64_t offset = 0;      ///< of the frame in the pack, or of the encoded bytes in the segment
  std::uint64_t inner = 0;       ///< in a pack: offset in the raw frame
  std::uint64_t length = 0;      ///< in a pack: of the stored bytes; in the journal: of the encoded ones
  Codec codec = Codec::kRaw;     ///< in the journal
  std::uint64_t raw_length = 0;  ///< in the journal
};

/// The tables `blob` and `pack` of a catalog or of the pool's index: digest -> place. Derived. One thread at a time;
/// the database outlives it.
class BlobTable {
 public:
  static const char* schema();
  explicit BlobTable(sqlite::Database& database);

  std::optional<BlobPlace> find(const Digest& digest);
  [[nodiscard]] bool has_pack(const Digest& name) { return pack_id(name).has_value(); }

  /// For the writer, within a transaction. What is in a pack stays there.
  void add_journaled(const BlobOperation& blob, std::uint64_t segment, std::uint64_t offset);
  void add_pack(const Digest& name, std::uint64_t bytes, const PackContents& contents);
  void forget(const Digest& digest);
  struct Pack {
    Digest name;
    std::uint64_t bytes = 0;
  };
  /// Those that are smaller, in the order in which they were added.
  std::vector<Pack> packs_below(std::uint64_t bytes);
  /// Of a pack that nothing stands in any more.
  void drop_pack(const Digest& name);
  /// Of all blobs: how many, their bytes, how many are in the journal only, the packs' bytes, what is stored for them
  /// before compression.
  struct Sums {
    std::uint64_t blobs = 0;
    std::uint64_t bytes = 0;
    std::uint64_t journaled = 0;
    std::uint64_t pack_bytes = 0;
    std::uint64_t raw_bytes = 0;
  };
  Sums sums();

 private:
  std::optional<std::int64_t> pack_id(const Digest& name);

  sqlite::Statement find_;
  sqlite::Statement pack_id_;
  sqlite::Statement put_;
  sqlite::Statement put_new_;
  sqlite::Statement add_pack_;
  sqlite::Statement forget_;
  sqlite::Statement packs_below_;
  sqlite::Statement drop_pack_;
  sqlite::Statement sums_;
  sqlite::Statement pack_sums_;
};

}  // namespace yestermail
