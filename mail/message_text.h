// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace yestermail {

/// What can be looked for in a message. All texts are valid UTF-8 in one line.
struct MessageText {
  std::string sender;              ///< names and addresses of From and Sender
  std::string recipients;          ///< those of To, Cc and Bcc
  std::string subject;             ///< decoded
  std::vector<std::string> files;  ///< the names of attachments, of those that have one
  bool attachment = false;         ///< a part says that it is one, or has a file name
  std::string body;                ///< of text and HTML parts, also of messages within the message
};

/// Bytes of a message that are looked at.
inline constexpr std::size_t kMessageBytes = 32U << 20U;
/// The most that is kept of the text, and of each other field.
inline constexpr std::size_t kBodyBytes = 64U << 10U;
inline constexpr std::size_t kFieldBytes = 16U << 10U;
inline constexpr std::size_t kMostFiles = 256;

/// Reads a message, whatever that is. Of a multipart/alternative the plain text counts, where there is any. What is
/// nested too deep or has headers without end is only looked at as far as header_words() does. Safe for concurrent use;
/// throws only std::bad_alloc, and Error{kFailed} where GMime cannot be loaded.
MessageText message_text(ByteView message);

}  // namespace yestermail
