// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace yestermail {

/// How much of a text may stay in a name.
enum class Charset {
  kPosix,     ///< all that a Linux file name may hold
  kPortable,  ///< without what Windows, Samba and file managers mind: \ : * ? " < > | ("Re: why?" is "Re why")
};

/// Untrusted text for a part of a file name: valid UTF-8 without control characters, `/`, NUL, bidi controls, invisible
/// characters or private use; white space of any kind is one space, none at the ends; at most four combining marks
/// follow one another. What may not stay is left out or becomes `_`. May be empty.
std::string safe_text(std::string_view bytes, Charset charset);

/// The longest start of valid UTF-8 `text` that has at most `limit` bytes and ends between two characters as people
/// see them: never before a combining mark, joiner or variation selector.
std::string_view cut_text(std::string_view text, std::size_t limit);

/// Without spaces and dots at the end.
std::string_view without_trailing_dots(std::string_view text);

/// The bytes of the longest name that Linux takes.
inline constexpr std::size_t kLongestEntryName = 255;

/// The last test before a name goes to the kernel: 1 to 255 bytes, no `/`, no NUL, not `.` or `..`. One bad name would
/// make its whole directory unreadable.
bool is_entry_name(std::string_view name);

}  // namespace yestermail
