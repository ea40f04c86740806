// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/posix_filesystem.h"
#include "tests/support/recording_log.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kSegment = 64U << 10U;

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    disk_.make_directory(layout_.staging());
    disk_.make_directory(layout_.journal());
    Journal::create(disk_, layout_, store_, kSegment);
  }

  Journal open() {
    seen_.clear();
    return {disk_, layout_, store_, kSegment, log_, [this](const Batch& batch) {
              for (const auto& transaction : batch.transactions) seen_.push_back(transaction.lsn.value);
            }};
  }

  static Bytes transaction(Lsn lsn, std::size_t bulk = 0) {
    Bytes operations;
    if (bulk > 0) {
      BlobOperation blob;
      const Bytes content(bulk);
      blob.encoded = content;
      blob.raw_length = bulk;
      encode_operation(blob, operations);
    } else {
      encode_operation(RemoveOperation{ItemId{lsn.value}}, operations);
    }
    Bytes bytes;
    encode_transaction(lsn, Instant{static_cast<std::int64_t>(lsn.value) * 10}, Uuid{}, 1, operations, bytes);
    return bytes;
  }

  static Journal::Place append(Journal& journal, std::size_t bulk = 0) {
    const auto lsn = journal.next_lsn();
    return journal.append(lsn, 1, Instant{static_cast<std::int64_t>(lsn.value) * 10}, transaction(lsn, bulk));
  }

  void flip(const std::string& path, std::uint64_t offset) {
    const auto file = disk_.open(path, Filesystem::Open::kReadWrite);
    Bytes byte(1);
    ASSERT_EQ(file->read_at(offset, byte), 1U);
    byte[0] ^= std::byte{4};
    file->write_at(offset, byte);
  }

  [[nodiscard]] std::string spare() const { return layout_.journal() + "/spare"; }

  TempDirectory directory_;
  PosixFilesystem disk_;
  const Layout layout_{directory_.path()};
  const Uuid store_ = Uuid::random();
  RecordingLog log_;
  std::vector<std::uint64_t> seen_;
};

TEST_F(JournalTest, GivesBackWhatWasAppendedOverManySegments) {
  {
    auto journal = open();
    for (int i = 0; i < 50; ++i) append(journal, 3000);
    EXPECT_GT(journal.finished().size(), 2U);
  }
  const auto journal = open();
  ASSERT_EQ(seen_.size(), 50U);
  EXPECT_TRUE(std::is_sorted(seen_.begin(), seen_.end()));
  EXPECT_EQ(journal.next_lsn(), Lsn{51});
  EXPECT_EQ(journal.last_at(), Instant{500});
}

TEST_F(JournalTest, TakesABatchLargerThanASegment) {
  {
    auto journal = open();
    append(journal, 5 * kSegment);
    append(journal);
  }
  open();
  EXPECT_EQ(seen_, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(JournalTest, CutsATornTailOffWithoutAWord) {
  {
    auto journal = open();
    append(journal);
    append(journal);
    const auto last = append(journal);
    flip(layout_.segment(last.segment), last.payload_offset + 2);
  }
  {
    auto journal = open();
    EXPECT_EQ(seen_, (std::vector<std::uint64_t>{1, 2}));
    EXPECT_TRUE(log_.lines().empty());
    EXPECT_EQ(append(journal).segment, 1U);
  }
  open();
  EXPECT_EQ(seen_, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(JournalTest, ReportsDamageInTheMiddleAndReadsTheRest) {
  {
    auto journal = open();
    append(journal);
    const auto middle = append(journal);
    append(journal);
    flip(layout_.segment(middle.segment), middle.payload_offset + 2);
  }
  open();
  EXPECT_EQ(seen_, (std::vector<std::uint64_t>{1, 3}));
  EXPECT_TRUE(log_.mentions("damaged"));
}

TEST_F(JournalTest, DoesNotTakeAnOldBatchOfAReusedFileForANewOne) {
  {
    auto journal = open();
    for (int i = 0; i < 9; ++i) append(journal, 3000);
    journal.roll();
    for (const auto number : journal.finished()) journal.retire(number);
    ASSERT_TRUE(disk_.exists(spare()));
    append(journal, kSegment / 2);
    append(journal, kSegment / 2);  // Into the file that was used before.
    EXPECT_FALSE(disk_.exists(spare()));
  }
  open();
  EXPECT_THAT(seen_, ElementsAre(10, 11));
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(JournalTest, IsSmallAgainAfterItWasBusy) {
  constexpr std::uint64_t kLarge = 8U << 20U;
  Journal journal(disk_, layout_, store_, kLarge, log_, [](const Batch&) {});
  while (journal.finished().size() < 5) append(journal, 256U << 10U);
  journal.retire(journal.finished().back());  // The largest.
  ASSERT_TRUE(disk_.exists(spare()));
  journal.roll();
  const auto present = journal.finished().back() + 1;
  EXPECT_LE(disk_.open(layout_.segment(present), Filesystem::Open::kRead)->size(), 1U << 20U);
}

}  // namespace
}  // namespace yestermail::test
