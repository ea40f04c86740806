// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal_segment.h"

#include <array>

#include "base/checksum.h"
#include "base/codec.h"
#include "base/error.h"

namespace yestermail {
namespace {

std::uint64_t batch_sum(ByteView header, ByteView payload, std::uint64_t offset) {
  return checksum(payload, checksum(header.first(kBatchSummedBytes), offset));
}

struct BatchHeader {
  std::uint32_t length = 0;
  Lsn first;
  std::uint32_t transactions = 0;
  std::uint64_t sum = 0;
};

/// The batch at `offset` if one is there and whole; its payload is left in `buffer`.
std::optional<BatchHeader> read_batch(const File& file, std::uint64_t segment, std::uint64_t offset, std::uint64_t size,
                                      Bytes& buffer) {
  std::array<std::byte, kBatchHeaderBytes> bytes{};
  if (file.read_at(offset, bytes) != bytes.size()) return std::nullopt;
  ByteReader in(bytes);
  BatchHeader header;
  if (in.u32() != kBatchMagic) return std::nullopt;
  header.length = in.u32();
  header.first = Lsn{in.u64()};
  if (in.u64() != segment || header.length > size - offset) return std::nullopt;
  in.u64();
  header.transactions = in.u32();
  in.u32();
  header.sum = in.u64();
  buffer.resize(header.length);
  if (file.read_at(offset + kBatchHeaderBytes, buffer) != buffer.size()) return std::nullopt;
  if (batch_sum(bytes, buffer, offset) != header.sum) return std::nullopt;
  return header;
}

std::uint64_t next_block(std::uint64_t offset) { return (offset + kJournalBlock - 1) / kJournalBlock * kJournalBlock; }

/// The next place behind `offset` where a newer batch of this segment stands: what is in between was damaged.
std::optional<std::uint64_t> find_batch_after(const File& file, std::uint64_t segment, std::uint64_t offset,
                                              std::uint64_t size, Lsn next, Bytes& buffer) {
  for (auto at = offset + kJournalBlock; at + kBatchHeaderBytes < size; at += kJournalBlock) {
    const auto header = read_batch(file, segment, at, size, buffer);
    if (header && header->first >= next) return at;
  }
  return std::nullopt;
}

void visit_batch(Batch& batch, std::uint32_t transactions, const std::function<void(const Batch&)>& visit) {
  ByteReader in(batch.payload);
  for (std::uint32_t i = 0; i < transactions; ++i) batch.transactions.push_back(decode_transaction(in));
  visit(batch);
}

}  // namespace

Bytes encode_segment_header(const SegmentHeader& header) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.raw(as_bytes(kSegmentMagic));
  out.u64(header.number);
  out.u64(header.first_lsn.value);
  out.u64(static_cast<std::uint64_t>(header.last_at.value));
  out.raw(header.store.bytes());
  out.u64(0);
  out.u64(checksum(bytes));
  return bytes;
}

std::optional<SegmentHeader> read_segment_header(const File& file, const Uuid& store) {
  std::array<std::byte, kSegmentHeaderBytes> bytes{};
  if (file.read_at(0, bytes) != bytes.size()) return std::nullopt;
  ByteReader in(bytes);
  if (as_text(in.raw(kSegmentMagic.size())) != kSegmentMagic) return std::nullopt;
  SegmentHeader header;
  header.number = in.u64();
  header.first_lsn = Lsn{in.u64()};
  header.last_at = Instant{static_cast<std::int64_t>(in.u64())};
  header.store = *Uuid::from_bytes(in.raw(Uuid::kSize));
  in.u64();
  header.sum = in.u64();
  const bool whole = header.sum == checksum(ByteView(bytes).first(kSegmentHeaderBytes - 8));
  return whole && header.store == store ? std::optional(header) : std::nullopt;
}

SegmentEnd read_segment(const File& file, const SegmentHeader& header, const std::function<void(const Batch&)>& visit) {
  SegmentEnd end;
  end.next_lsn = header.first_lsn;
  end.last_at = header.last_at;
  end.sum = header.sum;
  const auto size = file.size();
  Bytes buffer;
  for (;;) {
    auto found = read_batch(file, header.number, end.offset, size, buffer);
    if (!found || found->first < end.next_lsn) {
      const auto later = find_batch_after(file, header.number, end.offset, size, end.next_lsn, buffer);
      if (!later) return end;
      end.damaged = true;
      end.offset = *later;
      found = read_batch(file, header.number, end.offset, size, buffer);
    }
    Batch batch;
    batch.segment = header.number;
    batch.payload_offset = end.offset + kBatchHeaderBytes;
    batch.payload = buffer;
    if (visit) visit_batch(batch, found->transactions, visit);
    ByteReader head(buffer);
    head.varint();
    end.last_at = Instant{head.zigzag()};  // All transactions of a batch have the same.
    end.next_lsn = Lsn{found->first.value + found->transactions};
    end.sum = found->sum;
    end.offset = next_block(batch.payload_offset + found->length);
  }
}

Bytes encode_batch_header(std::uint64_t offset, std::uint64_t segment, Lsn first, std::uint32_t transactions,
                          std::uint64_t previous_sum, ByteView payload, std::uint64_t& sum_out) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(kBatchMagic);
  out.u32(static_cast<std::uint32_t>(payload.size()));
  out.u64(first.value);
  out.u64(segment);
  out.u64(previous_sum);
  out.u32(transactions);
  out.u32(0);
  sum_out = batch_sum(bytes, payload, offset);
  out.u64(sum_out);
  return bytes;
}

}  // namespace yestermail
