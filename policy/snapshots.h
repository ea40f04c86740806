// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "policy/settings.h"

namespace yestermail {

inline constexpr std::string_view kSnapshotWord = "snapshot";

/// An instant with a name. What is seen at it is never thinned.
struct Snapshot {
  std::string name;
  Instant at;
  std::string note;  ///< for people
  Instant created = {};
  ItemId item = {};  ///< of the setting: tells apart two that had the name one after the other
};

/// True for what may be a snapshot's name: ASCII letters, digits and `. _ - + = ,`, beginning with a letter or digit,
/// 100 at most; it is nothing that stands in a mount already and no spelling of an instant.
bool is_snapshot_name(std::string_view name);
/// Error{kUsage} that says what such a name is.
void require_snapshot_name(std::string_view name);

/// All, by name. Error{kDamage}: a setting that says it is one cannot be read.
std::vector<Snapshot> snapshots(View& view);
/// All that can be read; the log names the others.
std::vector<Snapshot> readable_snapshots(View& view, Log& log);
std::optional<Snapshot> snapshot_named(View& view, std::string_view name);

/// As it is written; `created` and `item` follow from that.
Setting setting_of(const Snapshot& snapshot);
/// Error{kDamage}
Snapshot snapshot_of(const Setting& setting);

}  // namespace yestermail
