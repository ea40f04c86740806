// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/watch_report.h"
#include "tests/support/process.h"

namespace yestermail::test {

/// The real `yestermail watch` of one store. Ended with the object.
class Daemon {
 public:
  explicit Daemon(std::string store, std::vector<std::string> options = {});

  /// Returns when it says that it watches; throws std::runtime_error with what it wrote where it does not.
  void start();
  /// Waits until it has looked through everything, by what it says in the store; throws where that takes too long.
  void wait_until_caught_up();
  /// Likewise, until it has recorded all that happened before the call, however slow the machine is.
  void wait_until_settled();
  /// SIGTERM, and its end; its exit status.
  int stop();
  /// SIGKILL.
  void kill();
  void send(int signal) const { process_->send(signal); }
  [[nodiscard]] bool is_running() const { return process_ != nullptr; }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  [[nodiscard]] std::string err() const { return process_->err(); }

 private:
  void wait_until(const std::function<bool(const WatchReport&)>& is_so);

  const std::string store_;
  const std::vector<std::string> options_;
  std::unique_ptr<Process> process_;
};

}  // namespace yestermail::test
