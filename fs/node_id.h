// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/strong.h"

namespace yestermail {

/// Names a node of the mounted tree: computed from what the node is, never remembered. 0 is none, 1 the root.
using NodeId = Strong<std::uint64_t, struct NodeIdTag>;

inline constexpr NodeId kRootNode{1};

enum class NodeKind : std::uint8_t {
  kPlace,          ///< one of the nodes that every mount has once: root, README.txt, at/ …
  kFriendlyFile,   ///< a body under a readable name; the same node at all instants
  kExactFile,      ///< a body below maildir/; likewise
  kTimeDirectory,  ///< everything at one instant
  kAccount,        ///< one account, readable
  kFolder,         ///< a folder, readable; `depth` 0: item is the folder's directory; more: see FolderTree
  kPlain,          ///< a recorded directory as it is, with the owner's rights only: @home, @server and below
  kExact,          ///< a recorded directory below maildir/
  kLife,           ///< below history/: the directory of one item, with its states
};

/// What a node id says. Fields that a kind has no use for are 0.
struct NodeParts {
  NodeKind kind = NodeKind::kPlace;
  std::uint16_t view = 0;    ///< directories: a number of ViewTable
  AccountNumber account{};   ///< all but kPlace and kTimeDirectory
  std::uint64_t number = 0;  ///< a place's number, a directory's ItemId, a file's VersionId
  std::uint8_t depth = 0;    ///< kFolder: 0 to kMaxFolderDepth
  bool operator==(const NodeParts&) const = default;
};

inline constexpr std::uint8_t kMaxFolderDepth = 15;

/// 64 bits, top first. Directories: 1, sort (5), view (16), account (16), item (26); sort is a folder's depth, or 16
/// and more for the other kinds. Others: 0, kind (3), account (16), 4 zero bits, version (40). Error{kUnsupported}: a
/// number is too large for its field; it says which.
NodeId node_id(const NodeParts& parts);

/// nullopt: no node has this id. Whether there is such an item is not asked here.
std::optional<NodeParts> node_parts(NodeId id);

}  // namespace yestermail
