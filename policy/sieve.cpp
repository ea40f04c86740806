// SPDX-License-Identifier: GPL-3.0-or-later
#include "policy/sieve.h"

#include <algorithm>

#include "policy/version_walk.h"

namespace yestermail {
namespace {

constexpr std::size_t kPage = 1024;

/// The first instant that is later.
Instant behind(Instant at) { return Instant{at.value + 1}; }

}  // namespace

Sieve::Sieve(View& view, AccountNumber account, const Cutoffs& cutoffs, const std::vector<Instant>& snapshots)
    : view_(view), account_(account), cutoffs_(cutoffs), snapshots_(snapshots) {}

void Sieve::sift(AccountPlan& plan) {
  read_deletions(plan);
  note_bodies(plan);
  part(plan);
  decide_on_directories(plan);
  std::ranges::sort(plan.versions);
  plan.version_count = plan.versions.size();
  plan.items = gone_.size() - partly_kept_.size();
}

void Sieve::read_deletions(AccountPlan& plan) {
  View::Deletion after{};
  for (;;) {
    const auto page = view_.deletions(account_, after, kForever, kPage);
    note_deletions(page);
    plan.items_known += page.size();
    if (page.size() < kPage) return;
    after = page.back();
  }
}

void Sieve::note_deletions(const std::vector<View::Deletion>& deletions) {
  const auto last = std::max(cutoffs_.deleted.value_or(Instant{}), cutoffs_.superseded.value_or(Instant{}));
  std::vector<VersionId> ids;
  for (const auto& deletion : deletions) {
    if (deletion.at < behind(last)) ids.push_back(deletion.version);
  }
  for (const auto& version : view_.versions(account_, ids)) {
    if (cutoffs_.deleted && version.until <= *cutoffs_.deleted) {
      gone_.insert(version.item);
    } else {
      final_.insert(version.id);
    }
  }
}

bool Sieve::is_in_snapshot(const Version& version) const {
  const auto first = std::ranges::lower_bound(snapshots_, version.since);
  return first != snapshots_.end() && *first < version.until;
}

bool Sieve::is_due(const Version& version) const {
  if (version.until == kForever || is_in_snapshot(version)) return false;
  // The item may have come back meanwhile: what ended later was not deleted with it.
  if (cutoffs_.deleted && version.until <= *cutoffs_.deleted && gone_.contains(version.item)) return true;
  return cutoffs_.superseded && version.until <= *cutoffs_.superseded && !final_.contains(version.id);
}

void Sieve::note_bodies(AccountPlan& plan) {
  for_each_version(view_, account_, [&](const Version& version) {
    if (version.until == kForever) ++plan.items_known;
    // Directories and their like are decided about later, and their bodies with them.
    if (version.body != version.id && !is_due(version)) bodies_.push_back(version.body);
  });
  std::ranges::sort(bodies_);
  bodies_.erase(std::unique(bodies_.begin(), bodies_.end()), bodies_.end());
}

void Sieve::take(VersionId id, VersionId body, std::uint64_t size, AccountPlan& plan) {
  plan.versions.push_back(id);
  if (body == id) plan.bytes += size;
}

void Sieve::part(AccountPlan& plan) {
  for_each_version(view_, account_, [&](const Version& version) {
    const bool due = is_due(version) && !std::ranges::binary_search(bodies_, version.id);
    if (DirectorySpans::decides_on(version)) {
      directories_.add(version, due);
    } else if (due) {
      take(version.id, version.body, version.state.size, plan);
    } else {
      directories_.stays(version);
      if (gone_.contains(version.item)) partly_kept_.insert(version.item);
    }
  });
}

void Sieve::decide_on_directories(AccountPlan& plan) {
  directories_.decide();
  std::unordered_set<VersionId> needed;
  for (const auto& row : directories_.rows()) {
    if (row.due) {
      take(row.id, row.body, row.size, plan);
      continue;
    }
    needed.insert(row.body);
    if (gone_.contains(row.item)) partly_kept_.insert(row.item);
  }
  // A file that explains messages may have had another name once, under which it was not kept for them.
  std::erase_if(plan.versions, [&](VersionId id) { return needed.contains(id); });
}

}  // namespace yestermail
