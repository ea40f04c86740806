// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>

namespace yestermail {

/// What went wrong, in the few classes that a caller acts on. Each has one exit status and one errno.
enum class Errc {
  kFailed,       ///< anything that has no class of its own
  kUsage,        ///< the caller asked for something that makes no sense
  kDamage,       ///< stored bytes are not what was stored
  kLocked,       ///< another process writes to the store
  kPartial,      ///< some items failed, the rest is done
  kNotFound,     ///< no such store, account, item or instant
  kNoSpace,      ///< disk or quota full
  kUnsupported,  ///< a format or feature that this version does not know
  kIo,           ///< the operating system refused a read or write
  kReadOnly,     ///< the store stopped taking writes after an earlier failure
};

/// Ends an operation. The text is one line, names the thing and says the way out.
class Error : public std::runtime_error {
 public:
  Error(Errc code, const std::string& text) : std::runtime_error(text), code_(code) {}
  [[nodiscard]] Errc code() const { return code_; }

 private:
  Errc code_;
};

/// Throws the Error for a failed system call: `what` names the call's object. ENOSPC and EDQUOT are kNoSpace,
/// ENOENT is kNotFound, EROFS is kReadOnly, all else is kIo.
[[noreturn]] void throw_errno(int error_number, const std::string& what);

/// Exit statuses of the command line (design 7): 0 done, 1 failed, 2 usage, 3 damage, 4 locked, 5 partly done.
int exit_status(Errc code);

/// The errno that a FUSE request is answered with.
int errno_of(Errc code);

/// Text from untrusted bytes for a terminal or a log line: control characters, invalid UTF-8 and backslashes are
/// written as \xNN, so that nothing reaches a terminal raw and the original can be told.
std::string printable(std::string_view bytes);

}  // namespace yestermail
