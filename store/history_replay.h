// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "store/transaction.h"

namespace yestermail {

/// What the transactions of an account amount to, by the rules of docs/format.md 3 and with nothing of a catalog: the
/// versions, the packs that are named and the gaps. Memory grows with the versions. One thread.
class HistoryReplay {
 public:
  struct Row {
    Instant since;
    Instant until = kForever;
    std::uint64_t put_sum = 0;  ///< of the encoded PUT body
    Bytes put;                  ///< that body, where it is asked for
  };
  using Rows = std::unordered_map<VersionId, Row>;

  /// `keep_puts`: the rows have their bodies.
  explicit HistoryReplay(bool keep_puts) : keep_puts_(keep_puts) {}

  /// To be given in order.
  void apply(const Transaction& transaction);

  [[nodiscard]] const Rows& rows() const { return rows_; }
  [[nodiscard]] const std::set<std::pair<Uuid, Digest>>& pool_packs() const { return pool_packs_; }
  [[nodiscard]] const std::set<Digest>& packs() const { return packs_; }
  [[nodiscard]] std::uint64_t gaps() const { return gaps_; }
  [[nodiscard]] std::uint64_t transactions() const { return transactions_; }
  [[nodiscard]] Lsn last() const { return last_; }

  static std::uint64_t put_sum(ByteView put);

 private:
  struct Lasting {
    ItemId item;
    VersionId version;
    std::uint64_t place = 0;
  };
  void put(PutOperation operation, Instant at);
  /// True if the version began at the same instant and so never was.
  void purge(const PurgeOperation& operation);
  bool end(const Lasting& lasting, Instant at);

  const bool keep_puts_;
  Rows rows_;
  std::unordered_map<ItemId, Lasting> by_item_;
  std::unordered_map<std::uint64_t, ItemId> by_place_;  // Hash of directory and name -> the item that lasts there.
  std::set<Digest> packs_;
  std::set<std::pair<Uuid, Digest>> pool_packs_;
  std::uint64_t gaps_ = 0;
  std::uint64_t transactions_ = 0;
  Lsn last_;
};

}  // namespace yestermail
