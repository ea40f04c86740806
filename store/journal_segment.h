// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/filesystem.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "store/journal_format.h"
#include "store/transaction.h"

namespace yestermail {

/// What a segment of the journal says of itself.
struct SegmentHeader {
  std::uint64_t number = 0;
  Lsn first_lsn;
  Instant last_at;  ///< of the transaction before the first
  Uuid store;
  std::uint64_t sum = 0;
};

Bytes encode_segment_header(const SegmentHeader& header);
/// nullopt: damaged, or of another store.
std::optional<SegmentHeader> read_segment_header(const File& file, const Uuid& store);

/// A batch that was read. The payload stays valid during the visit only; `payload_offset` is where it is in the file.
struct Batch {
  std::uint64_t segment = 0;
  std::uint64_t payload_offset = 0;
  ByteView payload;
  std::vector<Transaction> transactions;
};

/// Where a segment's batches end, and what of it is damaged.
struct SegmentEnd {
  std::uint64_t offset = kJournalBlock;  ///< where the next batch goes
  Lsn next_lsn;
  Instant last_at;
  std::uint64_t sum = 0;  ///< of the last batch, or of the header
  bool damaged = false;   ///< valid batches were found behind bytes that are none: acknowledged data is lost
};

/// Visits every valid batch of a segment in order; with no `visit` only finds the end.
SegmentEnd read_segment(const File& file, const SegmentHeader& header, const std::function<void(const Batch&)>& visit);

/// The header of a batch that will stand at `offset`, for `payload`.
Bytes encode_batch_header(std::uint64_t offset, std::uint64_t segment, Lsn first, std::uint32_t transactions,
                          std::uint64_t previous_sum, ByteView payload, std::uint64_t& sum_out);

}  // namespace yestermail
