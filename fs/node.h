// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "fs/node_id.h"

namespace yestermail {

/// How long the kernel may believe what it was told.
enum class Lifetime : std::uint8_t {
  kNone,   ///< ask every time
  kLive,   ///< kLiveSeconds: what is shown now follows the store
  kFixed,  ///< a day: it cannot change
};

/// Half of the tenth of a second within which `latest/` shows a change. A walk asks again for what took longer than
/// this; what is answered is cached on our side until the store changes.
inline constexpr double kLiveSeconds = 0.05;

struct Attributes {
  bool directory = false;
  std::uint32_t mode = 0;  ///< permission bits only
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
};

/// A node as found under a name, or asked for by its id.
struct Node {
  NodeId id;
  Attributes attributes;
  Lifetime entry = Lifetime::kFixed;  ///< that this name leads to this node
  Lifetime attributes_valid = Lifetime::kFixed;
  std::uint64_t generation = 1;  ///< an id that was used for something else before has another one
  /// False, in a listing: but for id and kind the attributes are not known; looking the name up tells.
  bool whole = true;
};

struct LookupResult {
  std::optional<Node> node;
  Lifetime absence = Lifetime::kNone;  ///< where there is no node
};

/// One name of a directory. `cursor` resumes a listing behind it, whatever has come or gone meanwhile.
struct Entry {
  std::string_view name;
  const Node& node;
  std::uint64_t cursor;
};

/// False: no more entries are wanted; this one was not taken.
using EntrySink = std::function<bool(const Entry&)>;

/// Cursors are ascending within a directory: first what stands there by name, then numbered groups.
inline constexpr std::uint64_t kDotCursor = 1;
inline constexpr std::uint64_t kDotDotCursor = 2;
inline constexpr std::uint64_t kFirstGroup = 1ULL << 60U;
inline constexpr std::uint64_t kSecondGroup = 1ULL << 61U;

}  // namespace yestermail
