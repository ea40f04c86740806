// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/id_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace yestermail {
namespace {

std::vector<VersionId> from(const std::shared_ptr<const IdList>& list, VersionId after) {
  std::vector<VersionId> all;
  for (IdCursor cursor(list, after); !cursor.done(); cursor.next()) all.push_back(cursor.peek());
  return all;
}

TEST(IdList, GivesBackWhatItWasMadeOfBehindAnyId) {
  std::mt19937_64 random(9);
  for (const std::size_t size : {0U, 1U, 2U, 255U, 256U, 257U, 512U, 3000U}) {
    std::vector<VersionId> ids;
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < size; ++i) ids.push_back(VersionId{at += 1 + random() % (1ULL << (random() % 30))});
    const auto list = std::make_shared<const IdList>(ids);
    EXPECT_EQ(from(list, VersionId{0}), ids);
    for (int i = 0; i < 200; ++i) {
      const VersionId after{random() % (at + 2)};
      const std::vector<VersionId> want(std::upper_bound(ids.begin(), ids.end(), after), ids.end());
      ASSERT_EQ(from(list, after), want);
    }
    for (std::size_t i = 0; i < size; ++i) {
      const IdCursor cursor(list, ids[i]);
      ASSERT_EQ(cursor.done(), i + 1 == size);
      if (cursor.done()) continue;
      ASSERT_EQ(cursor.peek(), ids[i + 1]);
    }
  }
}

TEST(IdList, TakesLittleMoreThanAByteForNeighbours) {
  std::vector<VersionId> ids;
  for (std::uint64_t i = 1; i <= 100'000; ++i) ids.push_back(VersionId{i * 3});
  EXPECT_LT(IdList(ids).bytes(), 120'000U);
}

}  // namespace
}  // namespace yestermail
