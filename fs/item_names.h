// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "store/entry.h"

namespace yestermail {

/// What the name of a message ends with.
inline constexpr std::string_view kMessageSuffix = ".eml";

/// The readable name of a message: `2026-11-21 1432 Bob Example - Quarterly report~k3f9.eml`, from mtime (UTC), sender,
/// subject and the item's number. It begins with the date and ends with ~tag.eml whatever the mail says, is valid and
/// safe as safe_text() says, at most 255 bytes, unique in the account, and the same for the same state for ever, in
/// every view. Only a change of the item's mtime changes it. Pure.
std::string message_name(ItemId item, const EntryState& state);

/// The item that a name made by message_name() is of, from its tag alone: whoever looks up must build that item's name
/// and compare. nullopt: no message has this name.
std::optional<ItemId> item_of_name(std::string_view name);

}  // namespace yestermail
