// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace yestermail {

/// How deep a check looks; each level does what those below it do.
enum class CheckLevel : std::uint8_t {
  kStructure = 1,  ///< header, journal, logs and their chain; catalogs and indexes against these
  kPacks = 2,      ///< packs are the bytes that their names say, and all that is referred to is there
  kFrames = 3,     ///< every frame, and every blob and part that is stored as it is, against its digest
  kItems = 4,      ///< every other blob joined and compared with its digest
};
inline constexpr CheckLevel kLastCheckLevel = CheckLevel::kItems;

/// The last check that looked at everything.
struct LastCheck {
  Instant at;
  CheckLevel level = kLastCheckLevel;
  bool damaged = false;
};

/// A check of everything that has not come to its end. Where the time that it was given was over, later ones go on
/// with what is left, and it ends when all of it was looked at.
struct UnfinishedCheck {
  Instant since;
  CheckLevel level = kLastCheckLevel;
  bool stopped = false;    ///< for want of time; otherwise it is running, or was cut off
  std::uint64_t left = 0;  ///< if stopped: packs and accounts
};

/// What is known of the checks of a store.
struct CheckState {
  std::optional<LastCheck> last;
  std::optional<UnfinishedCheck> unfinished;
  /// The last check that found damage, as long as none of everything, as deep as that one, found none since.
  std::optional<LastCheck> damage;
};

}  // namespace yestermail
