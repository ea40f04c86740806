// SPDX-License-Identifier: GPL-3.0-or-later
#include "tools/cmd_watch.h"

#include <array>
#include <atomic>
#include <exception>
#include <thread>

#include "base/error.h"
#include "scanner/watch.h"
#include "tools/control_server.h"
#include "tools/service_manager.h"
#include "tools/signals.h"
#include "tools/store_location.h"
#include "tools/text.h"
#include "tools/watch_service.h"
#include "tools/writer_probe.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;

constexpr std::array<OptionSpec, 6> kWatchOptions{{
    kStoreOption,
    {"threads", 't', "N", "how many threads look at what changed (default: one a processor)", false},
    {"method", 'm', "NAME", "the best way to try: fanotify (the default), inotify or polling", false},
    {"poll-interval", 'p', "SECONDS", "between two looks where the kernel does not tell (default: 10)", false},
    {"scan-interval", 'i', "SECONDS", "after which all is looked through once more (default: 900)", false},
    {"quiet", 'q', "", "say nothing but what goes wrong", false},
}};

constexpr auto kStep = 200ms;
constexpr auto kStopStep = 10ms;
constexpr std::uint64_t kMostSeconds = 30ULL * 24 * 3600;

WatchMethod method_of(const std::string& name) {
  for (const auto method : {WatchMethod::kFanotify, WatchMethod::kInotify, WatchMethod::kPolling}) {
    if (name == method_name(method)) return method;
  }
  throw Error(Errc::kUsage, "--method " + printable(name) + ": there are fanotify, inotify and polling");
}

WatchOptions watch_options(const Arguments& arguments, const Environment& env, const StoreSettings& settings) {
  WatchOptions options;
  options.threads = static_cast<unsigned>(arguments.number("threads", 1, 256).value_or(env.cores));
  options.accounts = settings.accounts;
  options.exclude = settings.exclude;
  if (const auto method = arguments.value("method")) options.first_method = method_of(*method);
  if (const auto seconds = arguments.number("poll-interval", 1, kMostSeconds)) options.poll_interval = 1s * *seconds;
  if (const auto seconds = arguments.number("scan-interval", 1, kMostSeconds)) options.scan_interval = 1s * *seconds;
  return options;
}

std::unique_ptr<Recorder> open_to_watch(StoreWorld world, const std::string& store) {
  try {
    return open_recorder(world, store);
  } catch (const Error& error) {
    if (error.code() != Errc::kLocked) throw;
    throw_locked(store, "stop it, or wait until it has ended");
  }
}

/// Watch::run() in a thread of its own, so that this one can wait for signals.
class Running {
 public:
  Running(Watch& watch, const std::function<void()>& ready) {
    thread_ = std::jthread([this, &watch, ready](const std::stop_token& stop) {
      try {
        watch.run(stop, ready);
      } catch (...) {
        failure_ = std::current_exception();
      }
      ended_ = true;
    });
  }
  [[nodiscard]] bool has_ended() const { return ended_; }
  void ask_to_stop() { thread_.request_stop(); }
  /// Waits for its end, and throws what went wrong.
  void join() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::atomic<bool> ended_{false};
  std::exception_ptr failure_;
  std::jthread thread_;
};

void print_sources(const Watch& watch, std::ostream& out) {
  for (const auto& source : watch.report().sources) {
    out << "source " << printable(source.source) << ": "
        << (source.method.empty() ? "not watched" : "watched by " + source.method)
        << (source.why.empty() ? "" : " (" + source.why + ")") << "\n";
  }
}

/// A store that cannot be asked is watched all the same.
std::unique_ptr<ControlServer> serve_control(const std::string& store, ControlService& service, Log& log) {
  try {
    return std::make_unique<ControlServer>(store, service, log);
  } catch (const Error& error) {
    log.warning(std::string(error.what()) + "; \"scan\" and \"status\" cannot reach this process");
    return nullptr;
  }
}

/// Nobody is told that all is well unless the watcher answers.
void keep_alive(ServiceManager& manager, const Watch& watch) {
  if (!manager.is_due()) return;
  const auto report = watch.report();
  manager.alive(printable(report.state) + "; lag " + duration_text(report.lag_micros) + ", " +
                count_text(report.waiting) + " names waiting");
}

/// Follows until a signal comes. True: everything is to be read anew.
bool watch_once(const Arguments& arguments, Environment& env, Log& log, const std::string& store, HeldSignals& signals,
                ServiceManager& manager) {
  const auto world = store_world(env, log);
  const auto settings = read_store_settings(world, store);
  if (settings.sources.empty()) {
    throw Error(Errc::kFailed,
                printable(store) + ": has no source to watch: write \"source = SPEC\" in its yestermail.conf");
  }
  Watch watch([&] { return open_to_watch(world, store); }, env.clock, log, settings.sources,
              watch_options(arguments, env, settings));
  WatchService service(watch, world, store);
  std::unique_ptr<ControlServer> control;
  Running running(watch, [&] {
    control = serve_control(store, service, log);
    manager.ready();
    if (arguments.has("quiet")) return;
    print_sources(watch, env.out);
    env.out << "watching; Ctrl-C or SIGTERM ends it\n" << std::flush;
  });
  std::optional<int> signal;
  for (; !signal && !running.has_ended(); keep_alive(manager, watch)) signal = signals.wait(kStep);
  signal == SIGHUP ? manager.reloading() : manager.stopping();
  service.stop();
  running.ask_to_stop();
  for (; !running.has_ended(); keep_alive(manager, watch)) std::this_thread::sleep_for(kStopStep);
  running.join();
  return signal == SIGHUP;
}

int run_watch(const Arguments& arguments, Environment& env) {
  arguments.at_most_words(0);
  const auto store = absolute_path(store_path(arguments, env));
  StreamLog log(env.err);
  HeldSignals signals({SIGTERM, SIGINT, SIGHUP});
  ServiceManager manager;
  while (watch_once(arguments, env, log, store, signals, manager)) continue;
  return 0;
}

}  // namespace

const Command kWatchCommand{
    "watch",
    "record every change as it happens",
    "[--threads N] [--method NAME]",
    "Follows the sources of the store until it is stopped: what is delivered, read, "
    "flagged, moved or deleted is recorded within milliseconds. Begins with a look "
    "through everything. Where something may have been missed, it is looked for, and "
    "the span is recorded as a gap. SIGHUP reads the store's yestermail.conf anew.",
    kWatchOptions,
    run_watch,
};

}  // namespace yestermail
