// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/service_manager.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/shared_library.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds kMostInterval = 2s;

struct SystemdFunctions {
  decltype(&::sd_notify) notify = nullptr;
  decltype(&::sd_watchdog_enabled) watchdog_enabled = nullptr;
};

/// Loaded where a service manager asks to be told: nothing else that starts this program needs it.
const SystemdFunctions& systemd() {
  static const auto kFunctions = [] {
    const SharedLibrary library("libsystemd.so.0", "libsystemd0");
    SystemdFunctions functions;
    library.find("sd_notify", functions.notify);
    library.find("sd_watchdog_enabled", functions.watchdog_enabled);
    return functions;
  }();
  return kFunctions;
}

std::chrono::microseconds interval(bool told) {
  std::uint64_t micros = 0;
  if (!told || systemd().watchdog_enabled(0, &micros) <= 0) return kMostInterval;
  return std::clamp(std::chrono::microseconds(static_cast<std::int64_t>(micros / 4)), std::chrono::microseconds(1ms),
                    kMostInterval);
}

std::string monotonic_micros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

ServiceManager::ServiceManager() : told_(std::getenv("NOTIFY_SOCKET") != nullptr), interval_(interval(told_)) {}

// What cannot be told is no reason to stop the work.
void ServiceManager::notify(const std::string& text) const {
  if (told_) systemd().notify(0, text.c_str());
}

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
