// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace yestermail {

/// What a message is known by in its folder while its flags change: its file name up to the first ':'. A name that
/// begins with ':' has none and stands for itself.
std::string_view maildir_base(std::string_view file_name);

/// The flags of a message: what follows the last ':' if that begins with "2,", up to a further ','. Letters that
/// nobody knows are kept.
std::string_view maildir_flags(std::string_view file_name);

/// True for a directory whose files are messages.
inline bool is_message_directory(std::string_view name) { return name == "cur" || name == "new"; }

/// Names that are no part of a mailbox: locks, files in the making, caches that a mail server makes anew.
/// `among_messages`: the file stands in cur/ or new/, where only names with a leading dot are no messages.
bool is_skipped_file(std::string_view name, bool among_messages);

/// A deleted folder that the mail server has not finished removing.
bool is_skipped_directory(std::string_view name);

}  // namespace yestermail
