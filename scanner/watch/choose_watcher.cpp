// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "scanner/watch/watcher.h"

namespace yestermail {
namespace {

std::unique_ptr<Watcher> make(WatchMethod method, const WatcherSettings& settings) {
  switch (method) {
    case WatchMethod::kFanotify: return make_fanotify_watcher(settings);
    case WatchMethod::kInotify: return make_inotify_watcher(settings);
    case WatchMethod::kPolling: break;
  }
  return make_polling_watcher(settings);
}

WatchMethod next_best(WatchMethod method) {
  return method == WatchMethod::kFanotify ? WatchMethod::kInotify : WatchMethod::kPolling;
}

}  // namespace

std::string_view method_name(WatchMethod method) {
  switch (method) {
    case WatchMethod::kFanotify: return "fanotify";
    case WatchMethod::kInotify: return "inotify";
    case WatchMethod::kPolling: break;
  }
  return "polling";
}

ChosenWatcher choose_watcher(const WatcherSettings& settings, WatchMethod first) {
  ChosenWatcher chosen;
  if (first != WatchMethod::kFanotify) chosen.why = std::string(method_name(first)) + " was asked for";
  for (auto method = first;; method = next_best(method)) {
    try {
      chosen.watcher = make(method, settings);
      return chosen;
    } catch (const Error& error) {
      // Nothing else would find the root either.
      if (method == WatchMethod::kPolling || error.code() == Errc::kNotFound || error.code() == Errc::kUsage) throw;
      chosen.why += (chosen.why.empty() ? "" : "; ") + std::string(error.what());
    }
  }
}

}  // namespace yestermail
