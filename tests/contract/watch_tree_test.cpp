// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch/watch_tree.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yestermail::test {
namespace {

constexpr int kRoot = 1;

class WatchTreeTest : public testing::Test {
 protected:
  void SetUp() override { tree.set_root(kRoot); }
  [[nodiscard]] std::string path(int watch) const { return tree.path_of(watch, "/m").value_or("none"); }

  WatchTree tree;
};

TEST_F(WatchTreeTest, MovesAllBelowWithADirectory) {
  tree.put(2, kRoot, "a");
  tree.put(3, 2, "b");
  EXPECT_EQ(path(3), "/m/a/b");
  tree.set_adrift(kRoot, "a");
  EXPECT_EQ(path(3), "none");
  tree.put(2, kRoot, "c");
  EXPECT_EQ(path(3), "/m/c/b");
}

TEST_F(WatchTreeTest, LetsGoWhatStaysAdriftAndAllBelow) {
  tree.put(2, kRoot, "a");
  tree.put(3, 2, "b");
  tree.set_adrift(kRoot, "a");
  EXPECT_TRUE(tree.take_lost().empty());
  EXPECT_TRUE(tree.take_lost().empty());
  EXPECT_EQ(tree.take_lost(), (std::vector<int>{2, 3}));
  EXPECT_FALSE(tree.knows(3));
  EXPECT_EQ(tree.size(), 1U);
}

TEST_F(WatchTreeTest, SetsAdriftWhatAnotherDirectoryTookTheNameOf) {
  tree.put(2, kRoot, "a");
  tree.put(3, kRoot, "a");
  EXPECT_EQ(path(2), "none");
  EXPECT_EQ(path(3), "/m/a");
  tree.put(2, kRoot, "b");
  tree.set_adrift(kRoot, "a");
  EXPECT_EQ(path(2), "/m/b");
  EXPECT_EQ(path(3), "none");
}

TEST_F(WatchTreeTest, MakesNoRing) {
  tree.put(2, kRoot, "a");
  tree.put(3, 2, "b");
  tree.put(2, 3, "c");
  EXPECT_EQ(path(2), "none");
  EXPECT_EQ(path(3), "none");
  tree.put(3, kRoot, "a");
  tree.put(2, 3, "c");
  EXPECT_EQ(path(2), "/m/a/c");
}

TEST_F(WatchTreeTest, KeepsWhatWasBelowADirectoryThatTheKernelDropped) {
  tree.put(2, kRoot, "a");
  tree.put(3, 2, "b");
  tree.erase(2);
  EXPECT_FALSE(tree.knows(2));
  EXPECT_EQ(path(3), "none");
  tree.put(3, kRoot, "b");
  EXPECT_EQ(path(3), "/m/b");
}

}  // namespace
}  // namespace yestermail::test
