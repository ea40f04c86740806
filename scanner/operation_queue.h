// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

namespace yestermail {

/// A name that is to be looked at: an entry of a directory of an account's mail tree.
struct Look {
  std::string directory;  ///< in the mail tree; "" is its root
  std::string name;
  auto operator<=>(const Look&) const = default;
};

/// What is to be looked at, by account: names, not copies of events. The same name asked for again while it waits is
/// one look. One worker at a time has an account. Messages come at once, oldest first; other files and the stamps of
/// directories when they have been at rest for a while, since a mail server writes them again and again; an account as
/// a whole where names do not tell. Memory is bounded: where more names wait than `most_names`, those of the account
/// that has most are dropped, and the account is looked through as a whole. Safe for concurrent use.
class OperationQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  /// `fence` is read when work is taken: all that happened before the fence of that number was asked for by then.
  OperationQueue(std::size_t most_names, const std::atomic<std::uint64_t>& fence)
      : most_names_(most_names), fence_(fence) {}

  /// A message: now.
  void look(const std::string& account, Look look);
  /// Another file: when nobody has asked for `rest` long, `most` after the first time at the latest.
  void look_when_at_rest(const std::string& account, Look look, Duration rest, Duration most);
  /// The times of a folder's own directories: likewise.
  void settle(const std::string& account, const std::string& folder, Duration rest, Duration most);
  /// The whole account, not before `when`; nor before some time has passed since it was looked through last: four times
  /// as long as that took, so that an account whose owner makes folders in a loop takes a fifth of a worker at most.
  void reconcile(const std::string& account, Time when);
  /// The account's worker wants to be called again then.
  void call_again(const std::string& account, Time when);

  /// What a worker gets.
  struct Work {
    std::string account;
    bool reconcile = false;          ///< as a whole; then there are no names
    std::optional<Time> names_lost;  ///< with `reconcile`: since then names were dropped
    std::vector<Look> messages;
    bool all_messages = true;  ///< false: more wait, or were dropped
    std::vector<Look> files;
    std::vector<std::string> folders;  ///< whose directories' times are to be compared
    Time oldest;                       ///< when the first of `messages` was asked for
    std::uint64_t fence = 0;           ///< of the names; those that are not here wait, or were handed out before
  };
  /// Waits for the next work; the account is the caller's until done(). Nothing: `stop` was asked for.
  std::optional<Work> take(const std::stop_token& stop);
  /// Waits until nobody has the account, and takes it without its work. False: `stop` was asked for.
  bool hold(const std::string& account, const std::stop_token& stop);
  void done(const std::string& account);

  /// At most so many workers look through whole accounts at once, so that names do not wait for them.
  void limit_reconciles(unsigned most);

  /// Forgets all that waits.
  void clear();

  struct Figures {
    std::size_t names = 0;            ///< messages that wait or are being looked at
    std::size_t others = 0;           ///< files, folders, accounts and calls that wait, and workers at work
    std::optional<Time> oldest;       ///< of the names
    std::uint64_t names_dropped = 0;  ///< so far
  };
  [[nodiscard]] Figures figures() const;

 private:
  struct Rest {
    Time first;
    Time due;
  };
  struct Pending {
    std::set<Look> messages;
    std::optional<Time> oldest;
    std::map<Look, Rest> files;
    std::map<std::string, Rest> folders;
    std::optional<Time> reconcile;
    std::optional<Time> names_lost;
    std::optional<Time> call;
    bool busy = false;
    bool reconciling = false;
    Time begun;             ///< when its worker got it
    std::size_t taken = 0;  ///< messages that its worker has
    std::optional<Time> taken_oldest;
    std::optional<Time> scheduled;  ///< its place in schedule_
  };
  template <class Map>
  static void put_at_rest(Pending& pending, Map& to, typename Map::key_type key, Duration rest, Duration most);
  void add_message(Pending& pending, Look look, Time now);
  void drop_most();
  void keep_pace(const std::string& account, const Pending& pending);
  void schedule(const std::string& account, Pending& pending);
  [[nodiscard]] static std::optional<Time> due(const Pending& pending, bool reconcile_too);
  Work work_of(const std::string& account, Pending& pending, Time now);

  const std::size_t most_names_;
  const std::atomic<std::uint64_t>& fence_;
  mutable std::mutex mutex_;             // Guards all below.
  std::condition_variable_any changed_;  // For take().
  std::condition_variable_any freed_;    // For hold(): who is woken for one must not be needed for the other.
  std::unordered_map<std::string, Pending> pending_;
  std::set<std::pair<Time, std::string>> schedule_;   // Accounts that nobody has, by when they are due.
  std::unordered_map<std::string, Time> not_before_;  // Accounts that were looked through a short while ago.
  std::size_t names_ = 0;                             // In all `messages`, and with the workers.
  std::uint64_t dropped_ = 0;
  std::uint64_t changes_ = 0;  // Of what take() waits for.
  unsigned most_reconciles_ = 1;
  unsigned reconciles_ = 0;
};

}  // namespace yestermail
