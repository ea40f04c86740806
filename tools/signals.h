// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <csignal>
#include <initializer_list>
#include <optional>

namespace yestermail {

/// Signals that this thread, and those that it starts from now on, do not get while it lives: wait() takes them. At its
/// end all is as it was.
class HeldSignals {
 public:
  HeldSignals(std::initializer_list<int> signals);
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  /// The next of them; nothing where none comes for so long.
  std::optional<int> wait(std::chrono::milliseconds most);

 private:
  sigset_t held_{};
  sigset_t before_{};
};

}  // namespace yestermail
