// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/history_log.h"

#include <gtest/gtest.h>

#include "base/posix_filesystem.h"
#include "tests/store/store_fixture.h"
#include "tests/support/recording_log.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {
namespace {

class HistoryLogTest : public ::testing::Test {
 protected:
  HistoryLogTest() {
    for (const char* name : {"tmp", "server/log"}) make_directories(disk_, directory_.path(), name);
  }

  /// Adds transactions `from` to `to`; `weight` bytes of name in each keep small logs from being merged.
  void add(std::uint64_t from, std::uint64_t to, std::size_t weight = 0) {
    Bytes bytes;
    for (auto lsn = from; lsn <= to; ++lsn) {
      Transaction transaction;
      transaction.lsn = Lsn{lsn};
      PutOperation put;
      put.state.name = noise(weight, static_cast<std::uint32_t>(lsn));
      transaction.operations.emplace_back(put);
      encode_for_log(transaction, bytes);
    }
    history().add(Lsn{to}, bytes);
  }

  HistoryLog history() { return {disk_, layout_, store_, Uuid{}}; }

  std::vector<std::uint64_t> lsns(Lsn after = {}) {
    std::vector<std::uint64_t> all;
    history().read(after, log_, [&](const Transaction& transaction) { all.push_back(transaction.lsn.value); });
    return all;
  }

  TempDirectory directory_;
  PosixFilesystem disk_;
  const Layout layout_{directory_.path()};
  const Uuid store_ = Uuid::random();
  RecordingLog log_;
};

TEST_F(HistoryLogTest, MergesSmallFilesAndReadsOnFromAnywhere) {
  add(1, 3);
  add(4, 6);
  add(8, 9);
  EXPECT_EQ(history().files().size(), 1U);
  EXPECT_EQ(disk_.list(layout_.logs(Uuid{})).size(), 1U);
  EXPECT_EQ(lsns(), (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 8, 9}));
  EXPECT_EQ(lsns(Lsn{5}), (std::vector<std::uint64_t>{6, 8, 9}));
  EXPECT_EQ(history().covered(), Lsn{9});
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(HistoryLogTest, ReportsAMissingFileOfTheChain) {
  add(1, 4, 100'000);
  add(5, 8, 100'000);
  add(9, 12, 100'000);
  ASSERT_EQ(history().files().size(), 3U);
  EXPECT_EQ(lsns().size(), 12U);
  EXPECT_TRUE(log_.lines().empty());
  disk_.remove(layout_.logs(Uuid{}) + "/" + log_name_text(history().files()[1]));
  EXPECT_EQ(lsns().size(), 8U);
  EXPECT_TRUE(log_.mentions("missing or exchanged"));
}

TEST_F(HistoryLogTest, ReadsTheOthersWhenOneIsDamaged) {
  add(1, 4, 100'000);
  add(5, 8, 100'000);
  const auto path = layout_.logs(Uuid{}) + "/" + log_name_text(history().files()[0]);
  const auto file = disk_.open(path, Filesystem::Open::kReadWrite);
  file->write_at(5000, Bytes(10));
  EXPECT_EQ(lsns(), (std::vector<std::uint64_t>{5, 6, 7, 8}));
  EXPECT_TRUE(log_.mentions(path));
}

}  // namespace
}  // namespace yestermail::test
