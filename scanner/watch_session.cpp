// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/watch_session.h"

#include <algorithm>

#include "base/error.h"
#include "base/maildir_name.h"
#include "scanner/pipeline.h"
#include "scanner/reconcile.h"
#include "scanner/thread_priority.h"

namespace yestermail {
namespace {

using namespace std::chrono_literals;
using Timer = std::chrono::steady_clock;

constexpr auto kSettleRest = 300ms;
constexpr auto kMostSettleRest = 5s;
constexpr auto kLookAgain = 500ms;
constexpr auto kCallAgain = 50ms;
constexpr auto kReconcileAgain = 1s;  // After a look through a busy account that could not tell all.
constexpr auto kIdle = 15s;

// Hints tell what goes on in a folder that is not at rest; there is no need to wait for it.
constexpr Reconciler::Patience kPatience{2, 1};

/// Gives the account back, however its work ends.
class Holding {
 public:
  Holding(OperationQueue& queue, const std::string& account) : queue_(queue), account_(account) {}
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;
  ~Holding() { queue_.done(account_); }

 private:
  OperationQueue& queue_;
  const std::string account_;
};

bool is_message_look(const Look& look) {
  const auto slash = look.directory.rfind('/');
  return is_message_directory(slash == std::string::npos ? std::string_view(look.directory)
                                                         : std::string_view(look.directory).substr(slash + 1));
}

unsigned workers(const WatchOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

WatchSession::WatchSession(World world)
    : world_(std::move(world)),
      live_world_{world_.recorder, world_.counters, world_.failures, world_.options.largest_file,
                  world_.fence.count()} {
  const auto count = workers(world_.options);
  world_.queue.limit_reconciles(count > 1 ? count - 1 : 1);
  for (unsigned i = 0; i < count; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
  threads_.emplace_back([this](const std::stop_token& stop) { make_passes(stop); });
}

WatchSession::~WatchSession() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void WatchSession::wait(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this] { return failure_ != nullptr; });
  if (failure_) std::rethrow_exception(failure_);
}

void WatchSession::fail(std::exception_ptr why) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(why);
  changed_.notify_all();
}

void WatchSession::work(const std::stop_token& stop) noexcept {
  try {
    while (const auto taken = world_.queue.take(stop)) {
      const Holding holding(world_.queue, taken->account);
      work_on(*taken);
    }
  } catch (...) {
    fail(std::current_exception());
  }
}

void WatchSession::work_on(const OperationQueue::Work& work) {
  try {
    work.reconcile ? reconcile(work) : look(work);
  } catch (const Error& error) {
    // A damaged history of one account is no reason to leave the others unrecorded.
    if (error.code() != Errc::kDamage) throw;
    world_.failures.failed(printable(work.account) + ": " + error.what());
  }
}

void WatchSession::look(const OperationQueue::Work& work) {
  const auto account = live(work.account);
  if (!account) return ask_for_census();
  auto outcome = account->work(work, is_covered(work.account));
  if (outcome.gone) ask_for_census();
  const auto now = Timer::now();
  if (outcome.reconcile) world_.queue.reconcile(work.account, now);
  if (outcome.again) {
    world_.queue.call_again(work.account, *outcome.again);
    world_.hurry();
  }
  for (auto& look : outcome.looks) {
    if (is_message_look(look)) {
      world_.queue.look(work.account, std::move(look));
    } else {
      world_.queue.look_when_at_rest(work.account, std::move(look), kLookAgain, kLookAgain);
    }
  }
  for (const auto& folder : outcome.folders) {
    world_.queue.settle(work.account, folder, kSettleRest, kMostSettleRest);
  }
}

std::shared_ptr<LiveAccount> WatchSession::known_live(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = live_.find(name);
  if (found == live_.end()) return nullptr;
  found->second.used = Timer::now();
  return found->second.account;
}

std::shared_ptr<LiveAccount> WatchSession::live(const std::string& name) {
  if (auto known = known_live(name)) return known;
  auto found = find(name);
  if (!found) return nullptr;
  auto account = std::make_shared<LiveAccount>(live_world_, std::move(found->first), found->second);
  const std::lock_guard lock(mutex_);
  live_[name] = {account, Timer::now()};
  return account;
}

/// An account that the store has, and where it stands.
std::optional<std::pair<AccountSource, AccountNumber>> WatchSession::find(const std::string& name) {
  const auto account = world_.recorder.view().account_named(name, kForever);
  if (!account) return std::nullopt;
  for (const auto& spec : world_.specs) {
    auto source = account_in(spec, name);
    if (source && source->source == account->source) return std::pair(std::move(*source), account->number);
  }
  return std::nullopt;
}

void WatchSession::forget_idle_accounts() {
  const auto limit = Timer::now() - kIdle;
  const std::lock_guard lock(mutex_);
  std::erase_if(live_, [&](const auto& entry) {
    const auto& [account, used] = entry.second;
    return account.use_count() == 1 && used < limit && account->is_idle();
  });
}

bool WatchSession::is_covered(const std::string& account) {
  const std::lock_guard lock(mutex_);
  const auto found = covered_.find(account);
  return found != covered_.end() && found->second == world_.losses;
}

void WatchSession::ask_for_census() {
  Pass pass;
  pass.kind = Pass::Kind::kCensus;
  world_.passes.ask(std::move(pass), Timer::now() + 100ms);
}

void WatchSession::reconcile(const OperationQueue::Work& work) {
  std::vector<GapList::Id> gaps;
  if (work.names_lost) {
    const auto ago = std::chrono::duration_cast<std::chrono::microseconds>(Timer::now() - *work.names_lost).count();
    gaps.push_back(world_.gaps.open(GapReason::kQueueFull,
                                    printable(work.account) + ": more changed at once than is kept in mind",
                                    Instant{world_.clock.now().value - ago}));
  }
  const auto found = find(work.account);
  if (!found) {
    ask_for_census();
  } else {
    ScanTotals totals(world_.log, nullptr);
    look_through(found->first, found->second, false, 1, totals);
  }
  world_.gaps.close(gaps, world_.recorder);
}

/// False: it could not be looked at, or not all of it.
bool WatchSession::look_through(const AccountSource& source, AccountNumber number, bool full, unsigned threads,
                                ScanTotals& totals) {
  ++world_.counters.reconciles;
  const auto losses = world_.losses.load();
  const auto before = totals.report();
  auto run = open_account(source, totals);
  if (!run) {
    ask_for_census();
    return false;
  }
  run->number = number;
  const auto held = run;
  if (world_.recorder.view().item_at(number, kRootItem, kForever)) {  // Else nothing can vanish.
    run->came_lately = [this, name = source.name](const Version& vanished) {
      const auto account = live(name);
      return account ? account->came_lately(vanished) : std::vector<Version>();
    };
  }
  {
    const auto session = world_.recorder.begin_bulk();
    Pipeline pipeline(world_.recorder.view(), *session, totals, threads, {world_.options.largest_file});
    Reconciler(std::move(run), world_.recorder, totals, pipeline, full, kPatience).reconcile();
    pipeline.complete();
  }
  const auto after = totals.report();
  world_.counters.failures += after.failures_total - before.failures_total;
  world_.counters.recorded += after.items_arrived + after.items_changed + after.items_renamed + after.items_moved +
                              after.items_touched + after.items_deleted -
                              (before.items_arrived + before.items_changed + before.items_renamed + before.items_moved +
                               before.items_touched + before.items_deleted);
  if (const auto account = known_live(source.name)) {
    account->looked_through(held->came);
    if (!account->is_idle()) world_.queue.call_again(source.name, Timer::now() + kCallAgain);
  }
  {
    const std::lock_guard lock(mutex_);
    covered_[source.name] = losses;
  }
  // What a busy folder does not prove is looked at by name, like everything else in it.
  for (auto& [directory, name] : held->doubtful) world_.queue.look(source.name, {directory, name});
  const bool whole = after.unconfirmed - before.unconfirmed <= held->doubtful.size();
  if (!whole) world_.queue.reconcile(source.name, Timer::now() + kReconcileAgain);
  return whole;
}

void WatchSession::make_passes(const std::stop_token& stop) noexcept {
  lower_priority();
  try {
    while (auto pass = world_.passes.take(stop)) {
      struct Done {
        PassQueue& passes;
        ~Done() { passes.done(); }
      } const done{world_.passes};
      try {
        auto report = make(*pass, stop);
        if (stop.stop_requested()) throw Error(Errc::kFailed, "the watcher is being stopped");
        world_.gaps.close(pass->gaps, world_.recorder);
        if (pass->answer) pass->answer->set_value(std::move(report));
      } catch (...) {
        if (pass->answer) pass->answer->set_exception(std::current_exception());
        throw;
      }
    }
  } catch (...) {
    if (!stop.stop_requested()) fail(std::current_exception());
  }
}

ScanReport WatchSession::make(const Pass& pass, const std::stop_token& stop) {
  ScanTotals totals(world_.log, pass.progress);
  AccountPatterns patterns{world_.options.accounts, world_.options.exclude};
  if (pass.options != nullptr) patterns = {pass.options->accounts, pass.options->exclude};
  auto specs = world_.specs;
  if (pass.source) specs = {world_.specs[*pass.source]};
  AccountCensus census(world_.recorder, specs, patterns, totals);
  totals.accounts_found(census.found().size());
  std::size_t planned = 0;
  for (const auto& [name, source] : census.found()) {
    if (!world_.queue.hold(name, stop)) break;
    const Holding holding(world_.queue, name);
    totals.account_begun(name);
    look_through(source, census, pass, totals);
    totals.account_planned(++planned == census.found().size());
  }
  for (const auto& account : census.ended()) {
    if (!world_.queue.hold(account.name, stop)) break;
    const Holding holding(world_.queue, account.name);
    end(account);
    totals.count([](ScanReport& report) { ++report.accounts_ended; });
  }
  return totals.report();
}

void WatchSession::look_through(const AccountSource& source, AccountCensus& census, const Pass& pass,
                                ScanTotals& totals) {
  try {
    // A census is about accounts that come and go.
    if (pass.kind == Pass::Kind::kCensus && census.knows(source.name)) return;
    if (const auto opened = open_place(source.mail); std::holds_alternative<Denial>(opened)) {
      return totals.account_failed(printable(source.name) + ": its mail directory: " + std::get<Denial>(opened).why);
    }
    const unsigned threads = pass.options != nullptr ? pass.options->threads : workers(world_.options);
    look_through(source, census.number_of(source), pass.options != nullptr && pass.options->full, threads, totals);
  } catch (const Error& error) {
    if (error.code() != Errc::kDamage) throw;
    totals.account_failed(printable(source.name) + ": " + error.what());
  }
}

void WatchSession::end(const Account& account) {
  world_.recorder.end_account(account.number);
  const std::lock_guard lock(mutex_);
  live_.erase(account.name);
  covered_.erase(account.name);
}

}  // namespace yestermail
