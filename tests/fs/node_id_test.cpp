// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/node_id.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <unordered_set>

#include "base/error.h"
#include "fs/places.h"

namespace yestermail {
namespace {

constexpr std::array kAllKinds{NodeKind::kPlace,         NodeKind::kFriendlyFile, NodeKind::kExactFile,
                               NodeKind::kTimeDirectory, NodeKind::kAccount,      NodeKind::kFolder,
                               NodeKind::kPlain,         NodeKind::kExact,        NodeKind::kLife};

NodeParts some_parts(std::mt19937_64& random) {
  NodeParts parts;
  parts.kind = kAllKinds[random() % kAllKinds.size()];
  const bool directory = parts.kind >= NodeKind::kTimeDirectory;
  if (directory) parts.view = static_cast<std::uint16_t>(random());
  if (parts.kind != NodeKind::kPlace && parts.kind != NodeKind::kTimeDirectory) {
    parts.account = AccountNumber{static_cast<std::uint32_t>(random() % 65536)};
  }
  if (parts.kind != NodeKind::kTimeDirectory && parts.kind != NodeKind::kAccount) {
    parts.number = 1 + random() % ((1ULL << (directory ? 26U : 40U)) - 1);
  }
  if (parts.kind == NodeKind::kFolder) parts.depth = static_cast<std::uint8_t>(random() % (kMaxFolderDepth + 1));
  return parts;
}

TEST(NodeId, ComesBackAsWhatItWasMadeOf) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const auto parts = some_parts(random);
    ASSERT_EQ(node_parts(node_id(parts)), parts);
  }
}

TEST(NodeId, NoTwoNodesShareOne) {
  std::unordered_set<std::uint64_t> seen;
  std::size_t made = 0;
  for (const auto kind : kAllKinds) {
    for (std::uint16_t view = 0; view < 12; ++view) {
      for (std::uint32_t account = 0; account < 12; ++account) {
        for (std::uint64_t number = 1; number < 40; ++number) {
          for (std::uint8_t depth = 0; depth <= kMaxFolderDepth; ++depth) {
            NodeParts parts{kind, view, AccountNumber{account}, number, depth};
            if (kind < NodeKind::kTimeDirectory) parts.view = 0;
            if (kind != NodeKind::kFolder) parts.depth = 0;
            if (kind == NodeKind::kPlace || kind == NodeKind::kTimeDirectory) parts.account = AccountNumber{};
            if (kind == NodeKind::kTimeDirectory || kind == NodeKind::kAccount) parts.number = 0;
            const auto id = node_id(parts);
            ASSERT_EQ(node_parts(id), parts);
            seen.insert(id.value);
            ++made;
          }
        }
      }
    }
  }
  // Each is made as often as the fields that it has no use for take values.
  const std::size_t places = 39;
  const std::size_t files = 2 * 12 * 39;
  const std::size_t times = 12;
  const std::size_t accounts = 12 * 12;
  const std::size_t directories = 3 * 12 * 12 * 39;
  const std::size_t folders = 12 * 12 * 39 * (kMaxFolderDepth + 1UL);
  EXPECT_EQ(seen.size(), places + files + times + accounts + directories + folders);
  EXPECT_GT(made, seen.size());
}

TEST(NodeId, IsNeverWhatTheKernelKeepsForItself) {
  EXPECT_EQ(place_id(Place::kRoot), kRootNode);
  EXPECT_FALSE(node_parts(NodeId{0}));
}

TEST(NodeId, RefusesNumbersThatDoNotFit) {
  EXPECT_THROW(node_id({NodeKind::kExact, 0, AccountNumber{1}, 1ULL << 26U, 0}), Error);
  EXPECT_THROW(node_id({NodeKind::kExact, 0, AccountNumber{1U << 16U}, 1, 0}), Error);
  EXPECT_THROW(node_id({NodeKind::kExactFile, 0, AccountNumber{1}, 1ULL << 40U, 0}), Error);
  EXPECT_THROW(node_id({NodeKind::kExactFile, 0, AccountNumber{1U << 16U}, 1, 0}), Error);
  EXPECT_THROW(node_id({NodeKind::kFolder, 0, AccountNumber{1}, 1, kMaxFolderDepth + 1}), Error);
  EXPECT_NO_THROW(node_id({NodeKind::kExact, 65535, AccountNumber{65535}, (1ULL << 26U) - 1, 0}));
}

TEST(NodeId, AnyNumberIsOneNodeOrNone) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 500'000; ++i) {
    const NodeId id{random()};
    const auto parts = node_parts(id);
    if (!parts) continue;
    ASSERT_EQ(node_id(*parts), id);
  }
}

}  // namespace
}  // namespace yestermail
