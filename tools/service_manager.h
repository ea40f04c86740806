// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace yestermail {

/// Tells systemd how a service of Type=notify is. Where none started this process nothing is told. ready() may be
/// called from any thread; all else from one.
class ServiceManager {
 public:
  ServiceManager();

  void ready();
  void reloading();
  void stopping();

  /// Whether alive() should be called: every two seconds, or four times in the watchdog's.
  [[nodiscard]] bool is_due() const;
  /// Says what it does and keeps the watchdog quiet. Whoever calls it has just seen that the work goes on.
  void alive(const std::string& status);

 private:
  using Timer = std::chrono::steady_clock;

  void notify(const std::string& text) const;

  const bool told_;  ///< somebody listens
  std::chrono::microseconds interval_;
  Timer::time_point next_;
  std::string status_;
};

}  // namespace yestermail
