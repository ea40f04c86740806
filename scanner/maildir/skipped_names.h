// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace yestermail {

/// Names that are no part of a mailbox: locks, files in the making, caches that a mail server makes anew.
/// `among_messages`: the file stands in cur/ or new/, where only names with a leading dot are no messages.
bool is_skipped_file(std::string_view name, bool among_messages);

/// A deleted folder that the mail server has not finished removing.
bool is_skipped_directory(std::string_view name);

}  // namespace yestermail
