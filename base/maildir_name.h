// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace yestermail {

/// What a message is known by in its folder while its flags change: its file name up to the first ':'. A name that
/// begins with ':' has none and stands for itself.
std::string_view maildir_base(std::string_view file_name);

/// The flags and keyword letters of a message: what follows the last ':' if that begins with "2,", up to a further ','.
/// Letters that nobody knows are kept.
std::string_view maildir_flags(std::string_view file_name);

/// True for a directory whose files are messages.
constexpr bool is_message_directory(std::string_view name) { return name == "cur" || name == "new"; }

/// True for what belongs to a folder and is none itself: also where messages are written before they are there.
constexpr bool is_folder_part(std::string_view name) { return is_message_directory(name) || name == "tmp"; }

}  // namespace yestermail
