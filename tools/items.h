// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/view.h"
#include "tools/folders.h"
#include "tools/json_output.h"

namespace yestermail {

/// "~k3f9": an item's tag as it is written on the command line and in the names of the mount.
std::string tagged(ItemId item);
/// The item of "~k3f9"; nullopt: no tag.
std::optional<ItemId> item_of_tagged(std::string_view text);

/// "Bob Example - Quarterly report", for a terminal.
std::string headline(const EntryState& state);

/// What list and log tell of an item's state in JSON: item, name, flags, date, size, sender, subject, digest …
Json item_json(const Version& version);

/// The item that `name` means in a folder at an instant: exact name, tag, name as the mount shows it, base name, or
/// exact name as the terminal shows it. Error{kNotFound} otherwise; Error{kUsage} if it is more than one.
Version item_named(View& view, const Account& account, const MailFolder& folder, std::string_view name, Instant at);
/// The item of a tag, wherever it stood. Error{kNotFound}: not there at that instant; it tells when it was.
Version item_tagged(View& view, const Account& account, ItemId item, Instant at);

}  // namespace yestermail
