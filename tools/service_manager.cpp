// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/service_manager.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace yestermail {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds kMostInterval = 2s;

std::chrono::microseconds interval() {
  std::uint64_t micros = 0;
  if (::sd_watchdog_enabled(0, &micros) <= 0) return kMostInterval;
  return std::clamp(std::chrono::microseconds(static_cast<std::int64_t>(micros / 4)), std::chrono::microseconds(1ms),
                    kMostInterval);
}

/// What cannot be told is no reason to stop the work.
void notify(const std::string& text) { ::sd_notify(0, text.c_str()); }

std::string monotonic_micros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

ServiceManager::ServiceManager() : told_(std::getenv("NOTIFY_SOCKET") != nullptr), interval_(interval()) {}

void ServiceManager::ready() { notify("READY=1"); }

void ServiceManager::reloading() { notify("RELOADING=1\nMONOTONIC_USEC=" + monotonic_micros()); }

void ServiceManager::stopping() { notify("STOPPING=1"); }

bool ServiceManager::is_due() const { return told_ && Timer::now() >= next_; }

void ServiceManager::alive(const std::string& status) {
  next_ = Timer::now() + interval_;
  notify("WATCHDOG=1" + (status == status_ ? "" : "\nSTATUS=" + status));
  status_ = status;
}

}  // namespace yestermail
