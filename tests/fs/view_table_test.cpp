// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/view_table.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace yestermail {
namespace {

TimeView view(int n) { return {Container::kAt, "@" + std::to_string(n), Instant{n * kMicrosPerSecond}}; }

TEST(ViewTable, KnowsLatestFromTheStart) {
  const ViewTable table;
  EXPECT_EQ(table.find(ViewTable::kLatest)->at, kForever);
  EXPECT_EQ(table.find(ViewTable::kLatest)->container, Container::kTop);
  EXPECT_EQ(table.find(ViewTable::kMaildirLatest)->container, Container::kMaildir);
  EXPECT_EQ(table.find(ViewTable::kDeleted)->container, Container::kDeleted);
  EXPECT_EQ(table.find(ViewTable::kHistory)->container, Container::kHistory);
  EXPECT_FALSE(table.find(4));
  EXPECT_FALSE(table.find(65535));
}

TEST(ViewTable, GivesEachTimeDirectoryANumberOfItsOwn) {
  ViewTable table;
  const auto a = table.number(view(1));
  EXPECT_EQ(table.number(view(1)), a);
  EXPECT_NE(table.number(view(2)), a);
  auto other = view(1);
  other.spelling = "1970-01-01T00:00:01Z";
  EXPECT_NE(table.number(other), a) << "two names of a directory must not share an id";
  other = view(1);
  other.container = Container::kMaildirAt;
  EXPECT_NE(table.number(other), a);
  other.container = Container::kRange;
  const auto range = table.number(other);
  other.from = Instant{1};
  EXPECT_NE(table.number(other), range);
  EXPECT_EQ(table.number({Container::kTop, "latest", kForever}), ViewTable::kLatest);
}

TEST(ViewTable, UsesANumberAgainOnlyWhenTheKernelForgotIt) {
  ViewTable table(6);
  const auto a = table.number(view(1));
  const auto b = table.number(view(2));
  table.retain(a);
  table.retain(b, 2);
  EXPECT_THROW(table.number(view(3)), Error);
  table.release(b, 1);
  EXPECT_THROW(table.number(view(3)), Error);
  const auto generation = table.generation(b);
  table.release(b, 1);
  EXPECT_EQ(table.number(view(3)), b);
  EXPECT_NE(table.generation(b), generation);
  EXPECT_EQ(table.find(b)->spelling, "@3");
  EXPECT_EQ(table.find(a)->spelling, "@1");
}

TEST(ViewTable, TakesTheNumberThatWasUnusedLongest) {
  ViewTable table(7);
  const auto a = table.number(view(1));
  const auto b = table.number(view(2));
  table.number(view(3));
  table.number(view(1));
  EXPECT_EQ(table.number(view(4)), b);
  EXPECT_EQ(table.number(view(1)), a);
}

TEST(ViewTable, NeverGivesLatestAway) {
  ViewTable table(5);
  table.release(ViewTable::kLatest, 1000);
  table.number(view(1));
  table.number(view(2));
  EXPECT_EQ(table.find(ViewTable::kLatest)->spelling, "latest");
  EXPECT_EQ(table.find(ViewTable::kMaildirLatest)->spelling, "latest");
}

}  // namespace
}  // namespace yestermail
