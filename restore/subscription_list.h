// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "restore/held_directory.h"

namespace yestermail {

/// Subscribes a folder in the mailbox's `subscriptions`, under Dovecot's lock; durable on return. `directory` is the
/// folder's as it is named on the disk from the mailbox's root: ".Projects.R&-D", with the layout fs "Projects/R&-D".
void subscribe(const HeldDirectory& root, std::string_view layout, std::string_view directory);

/// The text of a `subscriptions` file with that folder in it; nullopt: it is in it already. Knows both versions of the
/// file; an empty one becomes version 2.
std::optional<std::string> with_subscription(std::string_view text, std::string_view layout,
                                             std::string_view directory);

}  // namespace yestermail
