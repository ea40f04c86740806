// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace yestermail {

/// The short text that tells items of an account apart in their names: 4 characters for the first million, 5 for the
/// first 33 million … of [0-9a-z] without i, l, o and u. The item's number scrambled, so that neighbours look
/// different. One item has one tag for ever, and no other item of the account has it. Items up to 2^60.
std::string item_tag(ItemId item);

/// nullopt: no item has this tag.
std::optional<ItemId> item_of_tag(std::string_view tag);

/// True for one of the characters of a tag.
bool is_tag_character(char c);

/// Likewise from any number: `length` characters of it, lowest bits first.
std::string tag_text(std::uint64_t bits, std::size_t length);

}  // namespace yestermail
