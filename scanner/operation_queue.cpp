// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/operation_queue.h"

#include <algorithm>
#include <utility>

namespace yestermail {
namespace {

using Timer = std::chrono::steady_clock;

constexpr std::size_t kMostTaken = 128;  // Names a worker gets at once: one transaction, and others get their turn.
constexpr std::size_t kMostAtRest =
    512;  // Files, or folders, of an account; with more it is looked through as a whole.

constexpr int kPause = 4;
constexpr auto kLongestPause = std::chrono::seconds(60);
constexpr std::size_t kPaces = 1000;

/// Moves out what is due.
template <class Map, class To>
void take_due(Map& from, OperationQueue::Time now, To&& to) {
  for (auto at = from.begin(); at != from.end();) {
    if (at->second.due > now) {
      ++at;
      continue;
    }
    to.push_back(at->first);
    at = from.erase(at);
  }
}

}  // namespace

void OperationQueue::look(const std::string& account, Look look) {
  const std::lock_guard lock(mutex_);
  auto& pending = pending_[account];
  add_message(pending, std::move(look), Timer::now());
  schedule(account, pending);
  drop_most();
}

void OperationQueue::add_message(Pending& pending, Look look, Time now) {
  if (!pending.messages.insert(std::move(look)).second) return;
  ++names_;
  if (!pending.oldest) pending.oldest = now;
}

template <class Map>
void OperationQueue::put_at_rest(Pending& pending, Map& to, typename Map::key_type key, Duration rest, Duration most) {
  const auto now = Timer::now();
  if (to.size() >= kMostAtRest && !to.contains(key)) {
    to.clear();
    pending.reconcile = pending.reconcile ? std::min(*pending.reconcile, now + rest) : now + rest;
    return;
  }
  auto& entry = to.try_emplace(std::move(key), Rest{now, now}).first->second;
  entry.due = std::min(now + rest, entry.first + most);
}

void OperationQueue::look_when_at_rest(const std::string& account, Look look, Duration rest, Duration most) {
  const std::lock_guard lock(mutex_);
  auto& pending = pending_[account];
  put_at_rest(pending, pending.files, std::move(look), rest, most);
  schedule(account, pending);
}

void OperationQueue::settle(const std::string& account, const std::string& folder, Duration rest, Duration most) {
  const std::lock_guard lock(mutex_);
  auto& pending = pending_[account];
  put_at_rest(pending, pending.folders, folder, rest, most);
  schedule(account, pending);
}

void OperationQueue::reconcile(const std::string& account, Time when) {
  const std::lock_guard lock(mutex_);
  auto& pending = pending_[account];
  if (const auto pace = not_before_.find(account); pace != not_before_.end()) when = std::max(when, pace->second);
  pending.reconcile = pending.reconcile ? std::min(*pending.reconcile, when) : when;
  schedule(account, pending);
}

void OperationQueue::keep_pace(const std::string& account, const Pending& pending) {
  const auto now = Timer::now();
  if (not_before_.size() >= kPaces) std::erase_if(not_before_, [&](const auto& entry) { return entry.second <= now; });
  not_before_[account] = now + std::min<Duration>(kPause * (now - pending.begun), kLongestPause);
}

void OperationQueue::call_again(const std::string& account, Time when) {
  const std::lock_guard lock(mutex_);
  auto& pending = pending_[account];
  pending.call = pending.call ? std::min(*pending.call, when) : when;
  schedule(account, pending);
}

/// A name that is dropped is no loss of mail: its account is looked through instead.
void OperationQueue::drop_most() {
  if (names_ <= most_names_) return;
  const auto larger = [](const auto& a, const auto& b) { return a.second.messages.size() < b.second.messages.size(); };
  const auto most = std::max_element(pending_.begin(), pending_.end(), larger);
  auto& pending = most->second;
  names_ -= pending.messages.size();
  dropped_ += pending.messages.size();
  if (!pending.names_lost) pending.names_lost = pending.oldest;
  pending.messages.clear();
  pending.oldest.reset();
  const auto now = Timer::now();
  pending.reconcile = pending.reconcile ? std::min(*pending.reconcile, now) : now;
  schedule(most->first, pending);
}

std::optional<OperationQueue::Time> OperationQueue::due(const Pending& pending, bool reconcile_too) {
  std::optional<Time> first = pending.oldest;
  const auto consider = [&first](Time time) { first = first ? std::min(*first, time) : time; };
  for (const auto& [look, rest] : pending.files) consider(rest.due);
  for (const auto& [folder, rest] : pending.folders) consider(rest.due);
  if (pending.call) consider(*pending.call);
  if (reconcile_too && pending.reconcile) consider(*pending.reconcile);
  return first;
}

void OperationQueue::schedule(const std::string& account, Pending& pending) {
  const auto when = pending.busy ? std::nullopt : due(pending, true);
  if (when == pending.scheduled) return;
  const bool is_next = when && (schedule_.empty() || *when < schedule_.begin()->first);
  if (pending.scheduled) schedule_.erase({*pending.scheduled, account});
  if (when) schedule_.emplace(*when, account);
  pending.scheduled = when;
  ++changes_;
  if (is_next) changed_.notify_one();
}

std::optional<OperationQueue::Work> OperationQueue::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = Timer::now();
    auto next = schedule_.begin();
    for (; next != schedule_.end() && next->first <= now; ++next) {
      auto& pending = pending_[next->second];
      const bool may_reconcile = reconciles_ < most_reconciles_;
      const auto when = due(pending, may_reconcile);
      if (when && *when <= now) return work_of(next->second, pending, now);
    }
    const auto something_changed = [this, changes = changes_] { return changes_ != changes; };
    if (next == schedule_.end()) {
      changed_.wait(lock, stop, something_changed);
    } else {
      const auto when = next->first;  // The entry may go meanwhile.
      changed_.wait_until(lock, stop, when, something_changed);
    }
  }
  return std::nullopt;
}

OperationQueue::Work OperationQueue::work_of(const std::string& account, Pending& pending, Time now) {
  Work work;
  work.account = account;
  work.fence = fence_.load();
  work.oldest = now;
  pending.busy = true;
  pending.begun = now;
  const bool reconcile = pending.reconcile && *pending.reconcile <= now && reconciles_ < most_reconciles_;
  if (reconcile) {
    ++reconciles_;
    pending.reconciling = true;
    pending.reconcile.reset();
    work.reconcile = true;
    work.names_lost = std::exchange(pending.names_lost, std::nullopt);
    work.all_messages = false;
  } else {
    if (pending.oldest) work.oldest = *pending.oldest;
    pending.taken_oldest = pending.oldest;
    while (!pending.messages.empty() && work.messages.size() < kMostTaken) {
      work.messages.push_back(std::move(pending.messages.extract(pending.messages.begin()).value()));
    }
    pending.taken = work.messages.size();
    // Names that were dropped wait too, for the account to be looked through.
    work.all_messages = pending.messages.empty() && !pending.names_lost;
    // Those that stay were asked for later than the first, but nobody wrote down when: as old as the first.
    if (pending.messages.empty()) pending.oldest.reset();
    take_due(pending.files, now, work.files);
    take_due(pending.folders, now, work.folders);
    if (pending.call && *pending.call <= now) pending.call.reset();
  }
  schedule(work.account, pending);  // Not `account`: it may be a part of the schedule's entry, which goes now.
  return work;
}

bool OperationQueue::hold(const std::string& account, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto free = [&] { return !pending_[account].busy; };
  if (!freed_.wait(lock, stop, free)) return false;
  auto& pending = pending_[account];
  pending.busy = true;
  schedule(account, pending);
  return true;
}

void OperationQueue::done(const std::string& account) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(account);
  if (found == pending_.end()) return;
  auto& pending = found->second;
  pending.busy = false;
  names_ -= std::exchange(pending.taken, 0);
  pending.taken_oldest.reset();
  if (std::exchange(pending.reconciling, false)) {
    --reconciles_;
    keep_pace(account, pending);
  }
  if (due(pending, true)) {
    schedule(account, pending);
  } else {
    pending_.erase(found);
  }
  ++changes_;
  changed_.notify_all();
  freed_.notify_all();
}

void OperationQueue::limit_reconciles(unsigned most) {
  const std::lock_guard lock(mutex_);
  most_reconciles_ = std::max(1U, most);
}

void OperationQueue::clear() {
  const std::lock_guard lock(mutex_);
  for (auto at = pending_.begin(); at != pending_.end();) {
    auto& pending = at->second;
    names_ -= pending.messages.size();
    if (!pending.busy) {
      at = pending_.erase(at);
      continue;
    }
    const auto busy = std::exchange(pending, {});
    pending.busy = true;
    pending.reconciling = busy.reconciling;
    pending.taken = busy.taken;
    ++at;
  }
  schedule_.clear();
}

OperationQueue::Figures OperationQueue::figures() const {
  const std::lock_guard lock(mutex_);
  Figures figures;
  figures.names = names_;
  figures.names_dropped = dropped_;
  for (const auto& [account, pending] : pending_) {
    figures.others += pending.files.size() + pending.folders.size() + (pending.reconcile ? 1 : 0) +
                      (pending.call ? 1 : 0) + (pending.busy ? 1 : 0);
    for (const auto& oldest : {pending.oldest, pending.taken_oldest, pending.names_lost}) {
      if (oldest && (!figures.oldest || *oldest < *figures.oldest)) figures.oldest = oldest;
    }
  }
  return figures;
}

}  // namespace yestermail
