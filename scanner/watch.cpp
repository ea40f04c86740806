// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>

#include "base/error.h"
#include "scanner/source_follower.h"
#include "scanner/watch_session.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;
using Timer = std::chrono::steady_clock;

constexpr auto kStep = 100ms;           // How often is looked whether anything is due.
constexpr auto kIdlePatience = 500ms;   // Of a watcher when nobody waits for it.
constexpr auto kHurriedPatience = 5ms;  // When somebody wants to know whether all was told.
constexpr auto kHurry = 300ms;
constexpr auto kStoreAgain = 3s;
constexpr auto kDrain = 3s;

std::int64_t micros(Timer::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

bool is_below(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/");
}

/// The open store, for others than the session. Who uses it keeps it open. Safe for concurrent use.
class LentRecorder {
 public:
  /// Lends it for as long as the object lives.
  class Lending {
   public:
    Lending(LentRecorder& to, Recorder& recorder) : to_(to) { to_.set(&recorder); }
    Lending(const Lending&) = delete;
    Lending& operator=(const Lending&) = delete;
    ~Lending() { to_.set(nullptr); }

   private:
    LentRecorder& to_;
  };

  void use(const std::function<void(Recorder&)>& work) {
    const std::shared_lock lock(mutex_);
    if (recorder_ == nullptr) throw Error(Errc::kReadOnly, "the store takes nothing at present: try again later");
    work(*recorder_);
  }

 private:
  void set(Recorder* recorder) {
    const std::unique_lock lock(mutex_);
    recorder_ = recorder;
  }

  std::shared_mutex mutex_;
  Recorder* recorder_ = nullptr;  // Guarded by mutex_.
};

}  // namespace

class Watch::State {
 public:
  State(OpenRecorder open, const Clock& clock, Log& log, const std::vector<std::string>& sources, WatchOptions options)
      : open_(std::move(open)),
        clock_(clock),
        log_(log),
        options_(std::move(options)),
        patterns_{options_.accounts, options_.exclude},
        failures_(log, counters_),
        queue_(options_.most_names, fence_.count()),
        gaps_(clock) {
    for (const auto& source : sources) {
      specs_.emplace_back(source);
      maps_.push_back(std::make_unique<SourceMap>(specs_.back()));
    }
  }

  void run(const std::stop_token& stop, const std::function<void()>& ready) {
    running_since_ = clock_.now();
    auto recorder = open_();
    std::optional<LentRecorder::Lending> lending(std::in_place, lent_, *recorder);  // From before `ready` on.
    begin_first_gap(*recorder);
    start_followers();
    for (auto& follower : followers_) follower->wait_for_first_try();
    ready();
    while (!stop.stop_requested()) {
      try {
        if (!recorder) recorder = open_();
        if (!lending) lending.emplace(lent_, *recorder);
        follow(*recorder, stop);
        lending.reset();
        recorder.reset();  // Only now is all of it at rest: what it throws is a failure like others.
      } catch (const Error& error) {
        lending.reset();
        recorder.reset();
        if (stop.stop_requested()) break;
        store_failed(error);
        wait_for_store(stop);
      }
    }
    passes_.refuse(stopping());  // Also where the store failed at the last moment: nobody is to wait for ever.
    std::vector<std::unique_ptr<SourceFollower>> ended;
    {
      const std::lock_guard lock(mutex_);
      ended.swap(followers_);
    }
  }

  [[nodiscard]] WatchReport report() const {
    WatchReport report;
    report.process = ::getpid();
    report.written = clock_.now();
    report.running_since = running_since_;
    const auto waiting = queue_.figures();
    report.lag_micros = waiting.oldest ? std::max<std::int64_t>(0, micros(Timer::now() - *waiting.oldest)) : 0;
    report.covered_until = gaps_.first().value_or(Instant{report.written.value - report.lag_micros});
    report.waiting = waiting.names;
    report.open_gaps = gaps_.texts();
    {
      const std::lock_guard lock(mutex_);
      report.state = why_not_ ? *why_not_ : report.open_gaps.empty() && looked_through_ ? "watching" : "catching up";
      for (const auto& follower : followers_) {
        report.sources.push_back(follower->state());
        const auto figures = follower->figures();
        report.events += figures.events;
        report.overflows += figures.overflows;
      }
    }
    report.hints = counters_.hints;
    report.looks = counters_.looks;
    report.recorded = counters_.recorded;
    report.reconciles = counters_.reconciles;
    report.failures = counters_.failures;
    return report;
  }

  ScanReport scan(const ScanOptions& options, ScanProgress* progress) {
    Pass pass;
    pass.options = &options;
    pass.progress = progress;
    pass.answer = std::make_shared<std::promise<ScanReport>>();
    auto answer = pass.answer->get_future();
    passes_.ask(std::move(pass));
    return answer.get();
  }

  void with_recorder(const std::function<void(Recorder&)>& work) { lent_.use(work); }

  bool wait_until_settled(std::chrono::milliseconds most) {
    const auto end = Timer::now() + most;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& follower : followers_) follower->look_through_if_it_polls();
    }
    for (auto fence = fence_.count() + 2; Timer::now() < end; std::this_thread::sleep_for(2ms)) {
      hurry();
      if (!fence_.has_come_to(fence)) continue;
      if (is_settled()) return true;
      fence = fence_.count() + 2;
    }
    return false;
  }

 private:
  static std::exception_ptr stopping() {
    return std::make_exception_ptr(Error(Errc::kFailed, "the watcher is being stopped"));
  }

  [[nodiscard]] bool is_settled() const {
    // Passes ask for more, so they are looked at before and after.
    if (!passes_.is_idle()) return false;
    const auto waiting = queue_.figures();
    return waiting.names == 0 && waiting.others == 0 && passes_.is_idle() && gaps_.all().empty();
  }

  /// From the end of what the one before covered until now nobody has watched.
  void begin_first_gap(Recorder& recorder) {
    auto& view = recorder.view();
    const auto before = view.watch_report();
    const auto last = view.last_instant();
    if (view.accounts(kForever).empty() && !before) return;  // Nothing was recorded yet: nothing can be missing.
    const auto from = before ? before->covered_until : last;
    gaps_.open(GapReason::kNotWatched, "nobody watched", std::min(from, clock_.now()));
  }

  void start_followers() {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < maps_.size(); ++i) {
      const auto& map = *maps_[i];
      for (const auto& root : map.roots()) {
        WatcherSettings settings;
        settings.root = root;
        settings.poll_interval = options_.poll_interval;
        settings.matters = [&map, root](const std::string& directory) {
          return is_below(root, directory) || map.matters(directory);
        };
        const SourceFollower::World world{clock_, log_, fence_, gaps_, passes_, losses_, [this] { return patience(); }};
        followers_.push_back(std::make_unique<SourceFollower>(world,
                                                              HintRouter(map, i, patterns_, queue_, passes_, counters_),
                                                              std::move(settings), options_.first_method, map, i));
      }
    }
  }

  void follow(Recorder& recorder, const std::stop_token& stop) {
    passes_.refuse(nullptr);
    Pass first;
    first.gaps = gaps_.all();
    looked_through_ = false;
    passes_.ask(std::move(first));
    set_why_not(std::nullopt);
    WatchSession session({recorder, clock_, log_, specs_, options_, queue_, passes_, gaps_, fence_, counters_,
                          failures_, losses_, [this] { hurry(); }});
    auto next_report = Timer::now();
    std::size_t told_gaps = 0;
    auto next_scan = Timer::now() + options_.scan_interval;
    while (!stop.stop_requested()) {
      session.wait(kStep);
      const auto now = Timer::now();
      if (!looked_through_ && passes_.is_idle()) {
        looked_through_ = true;
        next_report = now;
      }
      const auto open_gaps = gaps_.all().size();
      if (now >= next_report || open_gaps != told_gaps) {
        told_gaps = open_gaps;
        next_report = now + options_.report_interval;
        recorder.publish(report());
        session.forget_idle_accounts();
      }
      if (now >= next_scan) {
        next_scan = now + options_.scan_interval;
        passes_.ask({});
      }
    }
    drain(session);
    passes_.refuse(stopping());
    set_why_not("stopped");
    recorder.publish(report());
  }

  /// What was hinted at until the stop is recorded, if it is not too much: the next start finds the rest.
  void drain(WatchSession& session) {
    const auto end = Timer::now() + kDrain;
    for (const auto fence = fence_.count() + 2; Timer::now() < end;) {
      hurry();
      session.wait(5ms);
      const auto waiting = queue_.figures();
      if (fence_.has_come_to(fence) && waiting.names == 0 && waiting.others == 0) return;
    }
  }

  void store_failed(const Error& error) {
    const auto text = std::string("the store takes nothing: ") + error.what();
    log_.error(text + "; it is tried again every few seconds, and nothing that is still there will be missing");
    gaps_.open(GapReason::kStoreRefused, "the store took nothing", clock_.now());
    passes_.refuse(std::make_exception_ptr(Error(Errc::kReadOnly, text)));
    set_why_not("waiting for the store: " + std::string(error.what()));
  }

  static void wait_for_store(const std::stop_token& stop) {
    for (const auto end = Timer::now() + kStoreAgain; Timer::now() < end && !stop.stop_requested();) {
      std::this_thread::sleep_for(kStep);
    }
  }

  void set_why_not(std::optional<std::string> why) {
    const std::lock_guard lock(mutex_);
    why_not_ = std::move(why);
  }

  void hurry() {
    const bool idle = Timer::now().time_since_epoch().count() >= hurry_until_;
    hurry_until_ = (Timer::now() + kHurry).time_since_epoch().count();
    if (!idle) return;  // They return soon by themselves.
    const std::lock_guard lock(mutex_);
    for (const auto& follower : followers_) follower->wake();
  }

  std::chrono::milliseconds patience() const {
    return Timer::now().time_since_epoch().count() < hurry_until_ ? kHurriedPatience : kIdlePatience;
  }

  const OpenRecorder open_;
  const Clock& clock_;
  Log& log_;
  const WatchOptions options_;
  const AccountPatterns patterns_;
  std::vector<SourceSpec> specs_;
  std::vector<std::unique_ptr<SourceMap>> maps_;
  Instant running_since_;

  FollowCounters counters_;
  FailureLog failures_;
  Fence fence_;
  OperationQueue queue_;
  PassQueue passes_;
  GapList gaps_;
  LentRecorder lent_;
  std::atomic<std::uint64_t> losses_{0};
  std::atomic<bool> looked_through_{false};  // Everything, since the store was opened.
  std::atomic<Timer::rep> hurry_until_{0};

  mutable std::mutex mutex_;  // Guards all below.
  std::vector<std::unique_ptr<SourceFollower>> followers_;
  std::optional<std::string> why_not_;
};

Watch::Watch(OpenRecorder open, const Clock& clock, Log& log, const std::vector<std::string>& sources,
             const WatchOptions& options)
    : state_(std::make_unique<State>(std::move(open), clock, log, sources, options)) {}

Watch::~Watch() = default;

void Watch::run(const std::stop_token& stop, const std::function<void()>& ready) { state_->run(stop, ready); }

WatchReport Watch::report() const { return state_->report(); }

ScanReport Watch::scan(const ScanOptions& options, ScanProgress* progress) { return state_->scan(options, progress); }

void Watch::with_recorder(const std::function<void(Recorder&)>& work) { state_->with_recorder(work); }

bool Watch::wait_until_settled(std::chrono::milliseconds most) { return state_->wait_until_settled(most); }

}  // namespace yestermail
