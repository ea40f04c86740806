// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "fs/folder_tree.h"
#include "fs/node.h"

namespace yestermail {

/// How many versions a listing asks for at a time: a caller may be content with a few entries.
inline constexpr std::size_t kListedAtOnce = 64;

/// Where a listing resumes: folders come first, by anchor and depth; then messages by their version.
inline std::uint64_t folder_cursor(const Folder& folder) {
  constexpr unsigned kDepthBits = 4;
  return kFirstGroup + (folder.anchor.value << kDepthBits) + folder.depth;
}

inline std::uint64_t message_cursor(VersionId version) { return kSecondGroup + version.value; }

/// The message that `cursor` stands behind; 0: it stands before all of them.
inline VersionId message_before(std::uint64_t cursor) {
  return VersionId{cursor < kSecondGroup ? 0 : cursor - kSecondGroup};
}

}  // namespace yestermail
