// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/message_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "scanner/reconcile.h"

namespace yestermail {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

KnownMessage known(const std::string& name, std::uint64_t size = 1) {
  KnownMessage result;
  result.version.state.name = name;
  result.version.state.size = size;
  return result;
}

SeenMessage seen(const std::string& name, std::uint64_t size = 1) {
  SeenMessage result;
  result.name = name;
  result.stat.size = size;
  return result;
}

TEST(MessagePairs, PairsByBaseName) {
  EXPECT_THAT(pair_messages({known("a:2,"), known("b")}, {seen("b:2,S"), seen("c:2,"), seen("a:2,F")}),
              UnorderedElementsAre(Pair(0, 2), Pair(1, 0)));
}

TEST(MessagePairs, OfSeveralTakesTheOneWithTheSameBody) {
  EXPECT_THAT(pair_messages({known("a", 10), known("a:2,", 20)}, {seen("a:2,S", 20), seen("a:2,F", 10)}),
              UnorderedElementsAre(Pair(0, 1), Pair(1, 0)));
}

TEST(MessagePairs, LeavesWhatHasNoPartner) {
  EXPECT_THAT(pair_messages({known("a"), known("a:2,S")}, {seen("a:2,F")}), UnorderedElementsAre(Pair(0, 0)));
  EXPECT_THAT(pair_messages({known("a")}, {seen("b")}), UnorderedElementsAre());
}

TEST(MessagePairs, StaysQuickWhenAllHaveOneBase) {
  std::vector<KnownMessage> many_known;
  std::vector<SeenMessage> many_seen;
  for (int i = 0; i < 100'000; ++i) {
    many_known.push_back(known("a:2," + std::to_string(i)));
    many_seen.push_back(seen("a:2,x" + std::to_string(i), 2));
  }
  EXPECT_EQ(pair_messages(many_known, many_seen).size(), many_known.size());
}

Put put(std::uint64_t item, std::uint64_t parent, const std::string& name) {
  Put result;
  result.item = ItemId{item};
  result.state.parent = ItemId{parent};
  result.state.name = name;
  return result;
}

Version at(std::uint64_t item, std::uint64_t parent, const std::string& name) {
  Version result;
  result.item = ItemId{item};
  result.state.parent = ItemId{parent};
  result.state.name = name;
  return result;
}

std::vector<std::uint64_t> items(const std::vector<Put>& puts) {
  std::vector<std::uint64_t> result;
  for (const auto& one : puts) result.push_back(one.item.value);
  return result;
}

TEST(OrderOfNames, ANameIsFreedBeforeItIsTaken) {
  const auto ordered = in_order_of_names({put(2, 1, "b"), put(3, 1, "c"), put(4, 1, "d")},
                                         {at(2, 1, "a"), at(3, 1, "b"), at(4, 1, "c")});
  EXPECT_EQ(items(ordered), (std::vector<std::uint64_t>{4, 3, 2}));
}

TEST(OrderOfNames, ACircleIsCutOnce) {
  const auto ordered = in_order_of_names({put(2, 1, "b"), put(3, 1, "a")}, {at(2, 1, "a"), at(3, 1, "b")});
  EXPECT_EQ(ordered.size(), 2U);
}

TEST(OrderOfNames, OtherwiseTheyStayAsTheyAre) {
  const auto ordered = in_order_of_names({put(9, 1, "new"), put(10, 9, "cur"), put(2, 9, "x")}, {at(2, 1, "a")});
  EXPECT_EQ(items(ordered), (std::vector<std::uint64_t>{9, 10, 2}));
}

}  // namespace
}  // namespace yestermail
