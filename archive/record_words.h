// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "store/entry.h"

namespace yestermail {

/// The words that the records of an archive have for what is a number in a store: docs/archive.md. "unknown" for what
/// has none.
std::string_view word_of(EntryKind kind);
std::string_view word_of(Cause cause);
std::string_view word_of(GapReason reason);

/// The other way round. Nothing: it is no such word.
std::optional<EntryKind> kind_of_word(std::string_view word);
std::optional<Cause> cause_of_word(std::string_view word);
std::optional<GapReason> reason_of_word(std::string_view word);

}  // namespace yestermail
