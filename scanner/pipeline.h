// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scanner/account_run.h"
#include "scanner/totals.h"
#include "store/recorder.h"

namespace yestermail {

/// Lets many threads put into a session and one at a time commit it, with nobody in it meanwhile.
class CommitGate {
 public:
  explicit CommitGate(BulkSession& session) : session_(session) {}

  /// In it while it lives.
  class Entry {
   public:
    explicit Entry(CommitGate& gate) : gate_(gate) { gate_.enter(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { gate_.leave(); }

   private:
    CommitGate& gate_;
  };

  /// Commits if the session is full. The caller must not be in it.
  void commit_if_full(ScanTotals& totals);
  void commit(ScanTotals& totals);

 private:
  void enter();
  void leave();
  void commit_if(bool only_if_full, ScanTotals& totals);

  BulkSession& session_;
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned inside_ = 0;  // Both guarded by mutex_.
  bool committing_ = false;
};

/// Reads, hashes and stores files on several threads. The planner, one thread, gives it work account by account; what
/// waits is bounded. The first error of the store stops all: every later call throws it.
class Pipeline {
 public:
  /// What may not be taken in.
  struct Limits {
    std::uint64_t largest_file;
    RefusedContents is_refused = {};
  };
  Pipeline(View& view, BulkSession& session, ScanTotals& totals, unsigned threads, Limits limits);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  /// Stops the workers; what is not committed is left out.
  ~Pipeline();

  /// Adds changes that need no reading, now, as one piece: no commit comes between them.
  void apply(const AccountRun& run, std::vector<Change> changes);
  /// Takes readings in. Waits while too many wait.
  void read(const std::shared_ptr<AccountRun>& run, std::vector<Reading> readings);
  /// No more readings come for the account: it is finished when the last is done.
  void finish(const std::shared_ptr<AccountRun>& run);
  /// Waits until all that was taken in is stored, and commits.
  void complete();

 private:
  struct Job {
    std::shared_ptr<AccountRun> run;
    std::shared_ptr<const Opened> directory;
    Reading reading;
    std::size_t order = 0;
  };

  void work() noexcept;
  void push(Job job);
  bool pop(Job& job);
  void stop(std::exception_ptr reason);
  void rethrow_if_stopped();

  /// Returns how many bytes it read.
  std::uint64_t process(const Job& job, Bytes& head);
  [[nodiscard]] std::optional<std::string> why_refused(const Job& job, const Opened& file) const;
  /// The file under the name that it has now, if a mail program renamed it since it was listed.
  OpenResult open(const Job& job, const ScannedDirectory*& directory, std::string& name) const;
  OpenResult open_renamed(const Job& job, const ScannedDirectory*& directory, std::string& name) const;
  static void remember_file(AccountRun& run, const Reading& reading, const FileStat& stat);
  void record(const Job& job, EntryState state);
  void lost(const Job& job, const Denial& denial);
  void one_done(AccountRun& run);
  void settle(AccountRun& run);

  static constexpr std::size_t kWaiting = 256;

  View& view_;
  BulkSession& session_;
  ScanTotals& totals_;
  CommitGate gate_;
  const Limits limits_;
  std::mutex mutex_;
  // Apart, and told only of what they wait for: to wake a thread costs as much as to hash a small mail.
  std::condition_variable jobs_came_;  // For workers.
  std::condition_variable room_came_;  // For the planner, when half of the jobs are done.
  std::condition_variable all_done_;   // For complete().
  std::deque<Job> jobs_;               // These four guarded by mutex_.
  std::size_t busy_ = 0;
  bool closed_ = false;
  std::exception_ptr stopped_;
  std::size_t next_order_ = 0;  // Of the planner.
  std::vector<std::jthread> threads_;
};

}  // namespace yestermail
