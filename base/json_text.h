// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace yestermail {

/// A text for JSON from bytes that need not be UTF-8, without loss: a byte that is no part of valid UTF-8 is written as
/// \xNN, and a backslash as \x5c; all else stays as it is (JSON escapes control characters itself).
std::string json_text(std::string_view bytes);
/// The bytes that json_text() was given.
std::string bytes_of_json_text(std::string_view text);

}  // namespace yestermail
