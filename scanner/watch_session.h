// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "scanner/fence.h"
#include "scanner/follow_counters.h"
#include "scanner/gap_list.h"
#include "scanner/live_account.h"
#include "scanner/operation_queue.h"
#include "scanner/pass_queue.h"
#include "scanner/watch.h"

namespace yestermail {

/// Following while the store is open: workers that look at names, and one thread, at low priority, that makes passes.
/// The first error of the store ends it: wait() throws it. Ends its threads when it is destroyed; what waits in the
/// queues stays there.
class WatchSession {
 public:
  struct World {
    Recorder& recorder;
    const Clock& clock;
    Log& log;
    const std::vector<SourceSpec>& specs;
    const WatchOptions& options;
    OperationQueue& queue;
    PassQueue& passes;
    GapList& gaps;
    const Fence& fence;
    FollowCounters& counters;
    FailureLog& failures;
    const std::atomic<std::uint64_t>& losses;  ///< times that hints were lost, so far
    std::function<void()> hurry;               ///< makes the watchers hand out soon what they have
  };
  explicit WatchSession(World world);
  WatchSession(const WatchSession&) = delete;
  WatchSession& operator=(const WatchSession&) = delete;
  ~WatchSession();

  /// Waits for `most`, or until it fails: then throws why.
  void wait(std::chrono::milliseconds most);
  /// Lets go of accounts in which nothing has happened for a while.
  void forget_idle_accounts();

 private:
  struct Live {
    std::shared_ptr<LiveAccount> account;
    std::chrono::steady_clock::time_point used;
  };

  void work(const std::stop_token& stop) noexcept;
  void work_on(const OperationQueue::Work& work);
  void look(const OperationQueue::Work& work);
  void reconcile(const OperationQueue::Work& work);
  std::shared_ptr<LiveAccount> live(const std::string& name);
  std::shared_ptr<LiveAccount> known_live(const std::string& name);
  std::optional<std::pair<AccountSource, AccountNumber>> find(const std::string& name);
  bool is_covered(const std::string& account);
  void ask_for_census();

  void make_passes(const std::stop_token& stop) noexcept;
  ScanReport make(const Pass& pass, const std::stop_token& stop);
  void look_through(const AccountSource& source, AccountCensus& census, const Pass& pass, ScanTotals& totals);
  bool look_through(const AccountSource& source, AccountNumber number, bool full, unsigned threads, ScanTotals& totals);
  void end(const Account& account);
  void fail(std::exception_ptr why);

  const World world_;
  const LiveAccount::World live_world_;
  std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::map<std::string, Live> live_;
  std::map<std::string, std::uint64_t> covered_;  // Accounts, and the losses before they were looked through last.
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;
};

}  // namespace yestermail
