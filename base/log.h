// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <ostream>
#include <string_view>

namespace yestermail {

/// Where lines for the administrator go. Safe for concurrent use. A line names the thing it is about; bytes from mail
/// or file names go through printable() first. Never the content of a mail.
class Log {
 public:
  virtual ~Log() = default;
  virtual void warning(std::string_view line) = 0;
  virtual void error(std::string_view line) = 0;
};

/// One line a message: "yestermail: warning: …".
class StreamLog final : public Log {
 public:
  explicit StreamLog(std::ostream& out) : out_(out) {}
  void warning(std::string_view line) override;
  void error(std::string_view line) override;

 private:
  std::mutex mutex_;
  std::ostream& out_;  // Guarded by mutex_.
};

}  // namespace yestermail
