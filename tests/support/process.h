// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "base/fd.h"

namespace yestermail::test {

/// How a program ended and what it wrote.
struct Outcome {
  int status = -1;  ///< exit status; -1 if a signal ended it
  int signal = 0;   ///< the signal that ended it, 0 if none
  bool timed_out = false;
  std::string out;
  std::string err;
};

/// A running program. Its output is kept in memory as it comes, so it never waits for us. Ended (SIGKILL) and reaped
/// at the latest when the object goes.
class Process {
 public:
  /// `command[0]` is a path, or a name to be found in PATH. `environment` are NAME=value settings added to ours.
  /// Throws std::system_error if it cannot be started.
  explicit Process(const std::vector<std::string>& command, const std::vector<std::string>& environment = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What it wrote so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

  void send(int signal) const;
  /// Waits for its end; after `limit` ends it with SIGKILL and says so in the outcome. May be called again.
  Outcome wait(std::chrono::seconds limit = std::chrono::seconds(300));

 private:
  Fd out_;
  Fd err_;
  pid_t pid_ = -1;
  bool reaped_ = false;
  Outcome outcome_;
};

/// Starts a program and waits for its end.
Outcome run(const std::vector<std::string>& command, const std::vector<std::string>& environment = {},
            std::chrono::seconds limit = std::chrono::seconds(300));

}  // namespace yestermail::test
