// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/listed_ahead.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"

namespace yestermail::test {
namespace {

/// A directory of entries with cursors 3, 6, 9 and so on, which counts the entries that were read of it.
class ListedAheadTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kEntries = 1000;

  ListedAhead::List more() {
    return [this](std::uint64_t cursor, const EntrySink& sink) {
      for (auto at = cursor / 3 * 3 + 3; at <= 3 * kEntries; at += 3) {
        ++read_;
        const Node node{NodeId{at}, {}};
        if (!sink({"mail " + std::to_string(at), node, at})) return;
      }
    };
  }

  /// The cursors of at most `most` entries behind `cursor`.
  std::vector<std::uint64_t> list(std::uint64_t cursor, std::size_t most) {
    std::vector<std::uint64_t> found;
    ahead_.list(
        cursor,
        [&](const Entry& entry) {
          if (found.size() >= most) return false;
          EXPECT_EQ(entry.name, "mail " + std::to_string(entry.cursor));
          EXPECT_EQ(entry.node.id.value, entry.cursor);
          found.push_back(entry.cursor);
          return true;
        },
        more());
    return found;
  }

  static std::vector<std::uint64_t> plain(std::uint64_t cursor, std::size_t most) {
    std::vector<std::uint64_t> all;
    for (auto at = cursor / 3 * 3 + 3; at <= 3 * kEntries && all.size() < most; at += 3) all.push_back(at);
    return all;
  }

  ListedAhead ahead_;
  std::size_t read_ = 0;
};

TEST_F(ListedAheadTest, WhatIsHereIsNotReadAgain) {
  EXPECT_EQ(list(0, 10), plain(0, 10));
  ahead_.fill(30, 20, more());
  const auto before = read_;
  EXPECT_EQ(list(30, 19), plain(30, 19));
  EXPECT_EQ(read_, before);
}

TEST_F(ListedAheadTest, GivesTheSameAsTheDirectoryWhateverIsAsked) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  std::uint64_t at = 0;
  for (int i = 0; i < 3000; ++i) {
    if (below(10) == 0) at = below(3 * kEntries + 10);  // Somebody seeks.
    const auto most = below(60);
    const auto found = list(at, most);
    ASSERT_EQ(found, plain(at, most)) << i << ": behind " << at;
    if (!found.empty()) at = found.back();
    if (below(3) != 0) ahead_.fill(at, below(80), more());
    if (below(20) == 0) ahead_.clear();
  }
}

TEST_F(ListedAheadTest, AFailureTakesNothingAway) {
  ahead_.fill(0, 5, more());
  const ListedAhead::List broken = [](std::uint64_t, const EntrySink&) { throw Error(Errc::kIo, "a disk failed"); };
  EXPECT_THROW(ahead_.fill(0, 50, broken), Error);
  EXPECT_EQ(list(0, 20), plain(0, 20));
}

}  // namespace
}  // namespace yestermail::test
