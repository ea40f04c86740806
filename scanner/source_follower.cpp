// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/source_follower.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "scanner/thread_priority.h"

namespace yestermail {
namespace {

constexpr auto kTryAgain = std::chrono::seconds(2);

/// Counts a watcher's returns while it is in use; nobody waits for one that is not.
class FenceMember {
 public:
  explicit FenceMember(Fence& fence) : fence_(fence), id_(fence.add()) {}
  FenceMember(const FenceMember&) = delete;
  FenceMember& operator=(const FenceMember&) = delete;
  ~FenceMember() { fence_.remove(id_); }
  void returned() { fence_.returned(id_); }

 private:
  Fence& fence_;
  const Fence::Id id_;
};

}  // namespace

SourceFollower::SourceFollower(World world, HintRouter router, WatcherSettings settings, WatchMethod first_method,
                               const SourceMap& map, std::size_t source)
    : world_(std::move(world)),
      router_(router),
      settings_(std::move(settings)),
      first_method_(first_method),
      source_text_(map.spec().text()),
      source_(source) {
  state_.source = source_text_;
  thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

SourceFollower::~SourceFollower() {
  thread_.request_stop();
  wake();
}

void SourceFollower::wait_for_first_try() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return tried_; });
}

void SourceFollower::wake() {
  const std::lock_guard lock(mutex_);
  if (watcher_) watcher_->wake();
}

SourceWatch SourceFollower::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

WatcherFigures SourceFollower::figures() const {
  const std::lock_guard lock(mutex_);
  auto figures = past_figures_;
  if (!watcher_) return figures;
  const auto now = watcher_->figures();
  figures.events += now.events;
  figures.hints += now.hints;
  figures.overflows += now.overflows;
  figures.directories = now.directories;
  return figures;
}

void SourceFollower::follow(const std::stop_token& stop) noexcept {
  raise_priority();
  while (!stop.stop_requested()) {
    bool watched = false;
    try {
      watched = watch(stop);
    } catch (const std::exception& error) {
      set_state({}, printable(error.what()));
    }
    if (stop.stop_requested()) return;
    if (watched) set_state({}, "it was there, and is gone");
    if (gaps_.empty()) world_.log.warning("source " + printable(source_text_) + ": not watched: " + state().why);
    lost(GapReason::kSourceGone, "source " + printable(source_text_) + ": not there to be watched",
         watched ? last_return_ : world_.clock.now());
    pause(stop);
  }
}

bool SourceFollower::polls() const {
  const std::lock_guard lock(mutex_);
  return watcher_ && watcher_->method() == WatchMethod::kPolling;
}

void SourceFollower::look_through_if_it_polls() {
  if (!polls()) return;
  Pass pass;
  pass.source = source_;
  world_.passes.ask(std::move(pass));
}

/// True: it was watched, until the root was gone.
bool SourceFollower::watch(const std::stop_token& stop) {
  auto chosen = choose_watcher(settings_, first_method_);
  const std::shared_ptr<Watcher> watcher = std::move(chosen.watcher);
  last_return_ = world_.clock.now();
  // One that polls has no queue: what it will find is found by looking through all.
  std::optional<FenceMember> member;
  if (watcher->method() != WatchMethod::kPolling) member.emplace(world_.fence);
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    watcher_ = watcher;
    first = !tried_;
  }
  // From here on nothing is missed; what was missed before is found by looking through all of it.
  if (!first) look_through();
  set_state(std::string(method_name(watcher->method())), chosen.why);
  bool there = true;
  while (there && !stop.stop_requested()) {
    const auto before = world_.clock.now();
    there = watcher->wait(world_.patience(), [this](Hint&& hint) { take(hint); });
    last_return_ = before;
    if (member) member->returned();
  }
  const std::lock_guard lock(mutex_);
  const auto figures = watcher->figures();
  past_figures_.events += figures.events;
  past_figures_.hints += figures.hints;
  past_figures_.overflows += figures.overflows;
  watcher_.reset();
  return true;
}

void SourceFollower::take(const Hint& hint) {
  if (!hint.missed) return router_.route(hint, settings_.root);
  world_.log.warning("source " + printable(source_text_) +
                     ": the kernel dropped events; everything is looked through again");
  lost(GapReason::kEventsLost, "source " + printable(source_text_) + ": the kernel dropped events", last_return_);
  look_through();
}

void SourceFollower::lost(GapReason reason, const std::string& text, Instant from) {
  ++world_.losses;
  gaps_.push_back(world_.gaps.open(reason, text, from));
}

void SourceFollower::look_through() {
  Pass pass;
  pass.source = source_;
  pass.gaps = std::exchange(gaps_, {});
  world_.passes.ask(std::move(pass));
}

void SourceFollower::set_state(std::string method, std::string why) {
  const std::lock_guard lock(mutex_);
  state_.method = std::move(method);
  state_.why = std::move(why);
  tried_ = true;
  changed_.notify_all();
}

void SourceFollower::pause(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, kTryAgain, [] { return false; });
}

}  // namespace yestermail
