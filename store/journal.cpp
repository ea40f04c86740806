// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal.h"

#include <algorithm>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr std::string_view kSpareName = "spare";
constexpr std::size_t kZeroChunk = 1U << 20U;

void write_zeros(File& file, std::uint64_t from, std::uint64_t to) {
  const Bytes zeros(kZeroChunk);
  for (auto at = from; at < to; at += kZeroChunk) {
    file.write_at(at, ByteView(zeros).first(static_cast<std::size_t>(std::min<std::uint64_t>(kZeroChunk, to - at))));
  }
}

}  // namespace

void Journal::create(Filesystem& disk, const Layout& layout, const Uuid& store, std::uint64_t segment_bytes) {
  SegmentHeader header;
  header.number = 1;
  header.first_lsn = Lsn{1};
  header.store = store;
  const auto staged = layout.staging() + "/journal";
  remove_if_there(disk, staged);
  const auto file = disk.open(staged, Filesystem::Open::kCreate);
  file->write_at(0, encode_segment_header(header));
  write_zeros(*file, kJournalBlock, std::min(segment_bytes, kFirstSegmentBytes));
  file->sync();
  disk.rename(staged, layout.segment(header.number));
  disk.sync_directory(layout.journal());
}

Journal::Journal(Filesystem& disk, const Layout& layout, const Uuid& store, std::uint64_t segment_bytes, Log& log,
                 const std::function<void(const Batch&)>& visit)
    : disk_(disk),
      layout_(layout),
      store_(store),
      segment_bytes_(segment_bytes),
      next_bytes_(std::min(segment_bytes, kFirstSegmentBytes)) {
  std::vector<std::uint64_t> numbers;
  for (const auto& name : disk_.list(layout_.journal())) {
    if (const auto number = parse_segment_name(name)) numbers.push_back(*number);
  }
  end_.next_lsn = Lsn{1};
  bool first = true;
  for (const auto number : numbers) {
    const auto path = layout_.segment(number);
    auto file = disk_.open(path, Filesystem::Open::kReadWrite);
    const auto header = read_segment_header(*file, store_);
    if (!header || header->number != number) {
      log.error(path + ": the head of this journal segment is damaged; what only it held is lost");
      continue;
    }
    if (!first && header->first_lsn > end_.next_lsn) {
      log.error(layout_.segment(header_.number) + ": its last transactions are damaged and lost");
    }
    first = false;
    header_ = *header;
    end_ = read_segment(*file, header_, visit);
    if (end_.damaged) log.error(path + ": damaged in its middle; some transactions are lost");
    segments_.push_back(number);
    file_ = std::move(file);
    size_ = file_->size();
  }
  if (!numbers.empty()) header_.number = std::max(header_.number, numbers.back());
  // A damaged last segment is not written to again: what can be saved from it is still there.
  if (segments_.empty() || segments_.back() != header_.number || end_.damaged) begin_segment(0);
}

Lsn Journal::next_lsn() const {
  const std::scoped_lock lock(mutex_);
  return end_.next_lsn;
}

Instant Journal::last_at() const {
  const std::scoped_lock lock(mutex_);
  return end_.last_at;
}

void Journal::raise(Lsn next_lsn, Instant last_at) {
  const bool end_is_missing = next_lsn > end_.next_lsn;
  end_.next_lsn = std::max(end_.next_lsn, next_lsn);
  end_.last_at = std::max(end_.last_at, last_at);
  // What stands behind the last whole batch is no torn tail then, and is not written over.
  if (end_is_missing) begin_segment(0);
}

Journal::Place Journal::append(Lsn first, std::uint32_t transactions, Instant at, ByteView payload) {
  const std::scoped_lock lock(mutex_);
  if (failed_)
    throw Error(Errc::kReadOnly, "the journal takes nothing more after a failed write: open the store again");
  failed_ = true;  // Until it has gone well.
  if (end_.offset + kBatchHeaderBytes + payload.size() > size_) {
    next_bytes_ = std::min(std::max(next_bytes_, std::min(size_, segment_bytes_)) * 2, segment_bytes_);
    begin_segment(kJournalBlock + kBatchHeaderBytes + payload.size());
  }
  auto batch = encode_batch_header(end_.offset, header_.number, first, transactions, end_.sum, payload, end_.sum);
  yestermail::append(batch, payload);
  file_->write_at(end_.offset, batch);
  file_->sync();
  const Place place{header_.number, end_.offset + kBatchHeaderBytes};
  end_.offset = (end_.offset + batch.size() + kJournalBlock - 1) / kJournalBlock * kJournalBlock;
  end_.next_lsn = Lsn{first.value + transactions};
  end_.last_at = at;
  failed_ = false;
  return place;
}

std::vector<std::uint64_t> Journal::finished() const {
  const std::scoped_lock lock(mutex_);
  auto numbers = segments_;
  if (!numbers.empty()) numbers.pop_back();
  return numbers;
}

void Journal::roll() {
  const std::scoped_lock lock(mutex_);
  next_bytes_ = std::min(segment_bytes_, kFirstSegmentBytes);
  if (end_.offset <= kJournalBlock) return;
  remove_spare_file();  // It may be a large one.
  begin_segment(0);
}

void Journal::start_clean() {
  const std::scoped_lock lock(mutex_);
  if (failed_) {
    throw Error(Errc::kReadOnly, "the journal takes nothing more after a failed write: open the store again");
  }
  failed_ = true;  // Until it has gone well: with a segment half begun numbers would be given twice.
  reuses_ = false;
  next_bytes_ = std::min(segment_bytes_, kFirstSegmentBytes);
  remove_spare_file();
  disk_.sync_directory(layout_.journal());
  begin_segment(0);
  failed_ = false;
}

void Journal::reuse_files() {
  const std::scoped_lock lock(mutex_);
  reuses_ = true;
}

std::uint64_t Journal::used() const {
  const std::scoped_lock lock(mutex_);
  return end_.offset;
}

void Journal::remove_spare() {
  const std::scoped_lock lock(mutex_);
  remove_spare_file();
}

void Journal::remove_spare_file() { remove_if_there(disk_, layout_.journal() + "/" + std::string(kSpareName)); }

void Journal::begin_segment(std::uint64_t at_least_bytes) {
  SegmentHeader header;
  header.number = header_.number + 1;
  header.first_lsn = end_.next_lsn;
  header.last_at = end_.last_at;
  header.store = store_;
  const auto staged = prepare_file(header, std::max(next_bytes_, at_least_bytes));
  disk_.rename(staged, layout_.segment(header.number));
  disk_.sync_directory(layout_.journal());
  segments_.push_back(header.number);
  file_ = disk_.open(layout_.segment(header.number), Filesystem::Open::kReadWrite);
  size_ = file_->size();
  header_ = *read_segment_header(*file_, store_);
  end_.offset = kJournalBlock;
  end_.sum = header_.sum;
}

std::string Journal::prepare_file(const SegmentHeader& header, std::uint64_t bytes) {
  auto spare = layout_.journal() + "/" + std::string(kSpareName);
  if (disk_.exists(spare)) {
    // Written over, it needs no new blocks. Its old batches bear another segment's number.
    const auto file = disk_.open(spare, Filesystem::Open::kReadWrite);
    if (file->size() >= bytes && file->size() <= std::max(bytes, segment_bytes_)) {
      file->write_at(0, encode_segment_header(header));
      file->sync();
      return spare;
    }
  }
  auto staged = layout_.staging() + "/journal";
  remove_if_there(disk_, staged);
  const auto file = disk_.open(staged, Filesystem::Open::kCreate);
  file->write_at(0, encode_segment_header(header));
  write_zeros(*file, kJournalBlock, bytes);
  file->sync();
  return staged;
}

void Journal::retire(std::uint64_t segment) {
  const std::scoped_lock lock(mutex_);
  const auto spare = layout_.journal() + "/" + std::string(kSpareName);
  if (!reuses_ || disk_.exists(spare)) {
    disk_.remove(layout_.segment(segment));
  } else {
    disk_.rename(layout_.segment(segment), spare);
  }
  // Not before: one that stayed is retired first when packing goes on, or a gap in the numbers would look like damage.
  std::erase(segments_, segment);
  disk_.sync_directory(layout_.journal());
}

}  // namespace yestermail
