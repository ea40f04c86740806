// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/base64_lines.h"

namespace yestermail {

/// What a MailScanner finds, in the order of the bytes: raw text in sections, and runs of base64.
class MailSections {
 public:
  virtual ~MailSections() = default;
  virtual void raw(ByteView text) = 0;
  /// The section ends here: a header, or the text of a body.
  virtual void end_section(bool is_header) = 0;
  virtual void begin_coded(const Base64Coding& coding) = 0;
  /// Where the next bytes of the run, so many at most, are decoded to.
  virtual std::span<std::byte> room(std::size_t bytes) = 0;
  /// This text was decoded, to the start of the room.
  virtual void coded(ByteView text, std::size_t decoded_bytes) = 0;
  /// With `open_end` as it was found.
  virtual void end_coded(const Base64Coding& coding) = 0;
};

/// Looks for what is worth storing apart in a mail, in one pass with a fixed amount of memory. It is no MIME parser and
/// needs none: it builds no tree, so nesting and the number of parts and headers cost nothing, and what a header claims
/// decides nothing. A run of base64 is what follows an empty line and encodes to the same bytes again, in whatever
/// part, forward or signature it stands; sections end at lines that a `boundary=` of some header announced. A wrong
/// guess costs room, never a byte. (GMime parses into a tree of its own reading and does not say which bytes it had.)
class MailScanner {
 public:
  explicit MailScanner(MailSections& out) : out_(out) {}

  /// Takes as much of `window` as can be decided, at least all but 64 KiB; returns how much. What was not taken comes
  /// again at the start of the next window. `is_last`: nothing follows; then all is taken.
  std::size_t scan(ByteView window, bool is_last);

 private:
  bool starts_run(ByteView text, bool is_last);
  std::size_t scan_run(ByteView text, bool is_last);
  void line(ByteView window, std::size_t at, std::string_view text);
  void header_line(std::string_view text);
  [[nodiscard]] bool is_boundary(std::string_view text, bool& closes) const;
  void flush(ByteView window, std::size_t until);

  MailSections& out_;
  std::optional<Base64Reader> run_;
  std::vector<std::string> boundaries_;
  std::size_t raw_from_ = 0;  ///< of the present window: text that was looked at and not handed out
  bool in_header_ = true;
  bool holds_message_ = false;  ///< the header is that of a message/rfc822: another header follows
  bool after_empty_ = false;
  bool mid_line_ = false;  ///< of a line too long to be looked at
};

}  // namespace yestermail
