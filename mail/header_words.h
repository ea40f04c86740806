// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/bytes.h"

namespace yestermail {

/// Who wrote a message and what about, for names and listings. Valid UTF-8 without control characters, at most
/// kHeaderWordBytes each, empty where the message does not say.
struct HeaderWords {
  std::string sender;  ///< the display name of the (first) sender, else the address
  std::string subject;
};

inline constexpr std::size_t kHeaderWordBytes = 200;
/// Bytes of a message that are looked at; more is not worth giving.
inline constexpr std::size_t kHeaderBytes = 64U << 10U;

/// Reads them from the start of a message, whatever that is. At most kHeaderBytes and 1,000 header lines are looked at,
/// and the first 2 KiB of a header. Safe for concurrent use; throws only std::bad_alloc, and Error{kFailed} where GMime
/// cannot be loaded.
HeaderWords header_words(ByteView start_of_message);

}  // namespace yestermail
