// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yestermail {

/// Folder names as IMAP writes them (RFC 3501, 5.1.3) in UTF-8: "Entw&APw-rfe &- x" is "Entwürfe & x".
/// nullopt: not valid, for one of: bytes outside 0x20–0x7e, a shift that does not end, wrong base64, left-over bits
/// that are not zero, half a surrogate pair.
std::optional<std::string> decode_modified_utf7(std::string_view raw);

}  // namespace yestermail
