// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/node_id.h"

#include <string>

#include "base/error.h"

namespace yestermail {
namespace {

constexpr unsigned kItemBits = 26;
constexpr unsigned kAccountBits = 16;
constexpr unsigned kViewBits = 16;
constexpr unsigned kVersionBits = 40;
constexpr unsigned kFileAccountShift = 44;
constexpr unsigned kSortShift = kItemBits + kAccountBits + kViewBits;
constexpr unsigned kKindShift = 60;
constexpr std::uint64_t kDirectoryBit = 1ULL << 63U;
constexpr std::uint64_t kFirstOtherSort = kMaxFolderDepth + 1;

constexpr std::uint64_t bit_mask(unsigned bits) { return (1ULL << bits) - 1; }

std::uint64_t field(std::uint64_t value, unsigned bits, const char* what) {
  if (value <= bit_mask(bits)) return value;
  throw Error(Errc::kUnsupported, std::string(what) + " " + std::to_string(value) +
                                      " is too large for a mount: " + std::to_string(bit_mask(bits)) +
                                      " is the most; restore this account with `yestermail restore`");
}

std::uint64_t sort_of(const NodeParts& parts) {
  if (parts.kind == NodeKind::kFolder) {
    if (parts.depth > kMaxFolderDepth) throw Error(Errc::kUnsupported, "folder nested too deep for a node id");
    return parts.depth;
  }
  return kFirstOtherSort + static_cast<std::uint64_t>(parts.kind) -
         static_cast<std::uint64_t>(NodeKind::kTimeDirectory);
}

}  // namespace

NodeId node_id(const NodeParts& parts) {
  if (parts.kind >= NodeKind::kTimeDirectory) {
    return NodeId{kDirectoryBit | (sort_of(parts) << kSortShift) |
                  (std::uint64_t{parts.view} << (kItemBits + kAccountBits)) |
                  (field(parts.account.value, kAccountBits, "account number") << kItemBits) |
                  field(parts.number, kItemBits, "directory number")};
  }
  return NodeId{(static_cast<std::uint64_t>(parts.kind) << kKindShift) |
                (field(parts.account.value, kAccountBits, "account number") << kFileAccountShift) |
                field(parts.number, kVersionBits, "version number")};
}

std::optional<NodeParts> node_parts(NodeId id) {
  NodeParts parts;
  if ((id.value & kDirectoryBit) != 0) {
    const auto sort = (id.value >> kSortShift) & bit_mask(5);
    parts.view = static_cast<std::uint16_t>((id.value >> (kItemBits + kAccountBits)) & bit_mask(kViewBits));
    parts.account = AccountNumber{static_cast<std::uint32_t>((id.value >> kItemBits) & bit_mask(kAccountBits))};
    parts.number = id.value & bit_mask(kItemBits);
    parts.kind = NodeKind::kFolder;
    parts.depth = static_cast<std::uint8_t>(sort);
    if (sort > kMaxFolderDepth) {
      const auto kind = sort - kFirstOtherSort + static_cast<std::uint64_t>(NodeKind::kTimeDirectory);
      if (kind > static_cast<std::uint64_t>(NodeKind::kLife)) return std::nullopt;
      parts.kind = static_cast<NodeKind>(kind);
      parts.depth = 0;
    }
  } else {
    const auto kind = id.value >> kKindShift;
    if (kind >= static_cast<std::uint64_t>(NodeKind::kTimeDirectory)) return std::nullopt;
    parts.kind = static_cast<NodeKind>(kind);
    parts.account = AccountNumber{static_cast<std::uint32_t>((id.value >> kFileAccountShift) & bit_mask(kAccountBits))};
    parts.number = id.value & bit_mask(kVersionBits);
  }
  // One node has one id: bits that the kind has no use for must be zero.
  const bool accountless = parts.kind == NodeKind::kPlace || parts.kind == NodeKind::kTimeDirectory;
  const bool numberless = parts.kind == NodeKind::kTimeDirectory || parts.kind == NodeKind::kAccount;
  if ((accountless && parts.account.value != 0) || (numberless && parts.number != 0) ||
      (!numberless && parts.number == 0) || node_id(parts) != id) {
    return std::nullopt;
  }
  return parts;
}

}  // namespace yestermail
