// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <ostream>
#include <streambuf>

namespace yestermail {

/// Thrown by an FdStream whose reader went away (EPIPE). Not an Error: nothing went wrong.
struct OutputClosed {};

/// Buffered output to a file descriptor that it does not own. Unlike a std::ofstream it tells why a write failed: it
/// throws Error of throw_errno(), or OutputClosed. The process must ignore SIGPIPE. One thread at a time.
class FdStream final : public std::ostream {
 public:
  explicit FdStream(int fd);
  ~FdStream() override;  ///< Flushes; a failure is not told any more.

 private:
  class Buffer final : public std::streambuf {
   public:
    explicit Buffer(int fd);

   protected:
    int_type overflow(int_type c) override;
    int sync() override;
    std::streamsize xsputn(const char* text, std::streamsize size) override;

   private:
    void write_all(const char* from, std::size_t size);
    void flush_buffer();
    int fd_;
    std::array<char, 64U << 10U> bytes_{};
  };
  Buffer buffer_;
};

/// Takes up each of the descriptors 0, 1 and 2 that is closed, so that no file of the store gets the number of standard
/// output; writing there fails. Ignores SIGPIPE.
void guard_standard_files();

/// The width of the terminal behind `fd`; 0: it is no terminal.
unsigned terminal_columns(int fd);

}  // namespace yestermail
