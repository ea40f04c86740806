// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace yestermail {

/// Valid UTF-8 of at most `most` bytes in one line: blanks and control characters become single spaces, what is no
/// UTF-8 becomes U+FFFD; cut between characters. Pure.
std::string tidy_text(std::string_view text, std::size_t most);

/// True where all of it is valid UTF-8. With `cut_off`, a character at its end may be incomplete.
bool is_utf8(std::string_view text, bool cut_off);

/// Bytes of which nobody said what they are, taken for ISO 8859-1.
std::string utf8_of_latin1(std::string_view text);

}  // namespace yestermail
