// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fstream>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/log.h"

namespace yestermail {

/// Lines for the system's log, as from a daemon. One at a time in a process.
class SystemLog final : public Log {
 public:
  SystemLog();
  SystemLog(const SystemLog&) = delete;
  SystemLog& operator=(const SystemLog&) = delete;
  ~SystemLog() override;
  void warning(std::string_view line) override;
  void error(std::string_view line) override;
};

/// Lines with their time at the end of a file, which is made with mode 0600 if it is not there.
class FileLog final : public Log {
 public:
  /// Error of throw_errno() if the file cannot be written.
  FileLog(const std::string& path, const Clock& clock);
  void warning(std::string_view line) override;
  void error(std::string_view line) override;
  /// What is no trouble.
  void note(std::string_view line) { write("", line); }

 private:
  void write(std::string_view level, std::string_view line);
  const Clock& clock_;
  std::mutex mutex_;
  std::ofstream out_;  // Guarded by mutex_.
};

}  // namespace yestermail
