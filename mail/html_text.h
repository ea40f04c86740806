// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace yestermail {

/// The words that a reader of this HTML sees, for an index: no tags, no comments, no scripts or styles, entities as the
/// characters that they stand for. Tags that break a line are blanks; others join what stands around them, so that
/// `in<b>voice</b>` is one word. Takes any bytes in time that grows with their number; UTF-8 gives UTF-8. Pure.
std::string html_text(std::string_view html);

}  // namespace yestermail
