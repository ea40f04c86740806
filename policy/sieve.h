// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "policy/directory_spans.h"
#include "policy/purge_plan.h"
#include "store/view.h"

namespace yestermail {

/// What ended at these instants or before may go; nothing: it stays for ever.
struct Cutoffs {
  std::optional<Instant> superseded;
  std::optional<Instant> deleted;
};

/// Parts the versions of one account into those that go and those that stay; see plan_purge(). For one use, one thread.
class Sieve {
 public:
  /// `snapshots` ascending; it outlives the sieve.
  Sieve(View& view, AccountNumber account, const Cutoffs& cutoffs, const std::vector<Instant>& snapshots);

  /// Fills in what goes.
  void sift(AccountPlan& plan);

 private:
  void read_deletions(AccountPlan& plan);
  void note_deletions(const std::vector<View::Deletion>& deletions);
  void note_bodies(AccountPlan& plan);
  void part(AccountPlan& plan);
  void decide_on_directories(AccountPlan& plan);
  static void take(VersionId id, VersionId body, std::uint64_t size, AccountPlan& plan);
  /// By its age alone.
  [[nodiscard]] bool is_due(const Version& version) const;
  [[nodiscard]] bool is_in_snapshot(const Version& version) const;

  View& view_;
  const AccountNumber account_;
  const Cutoffs cutoffs_;
  const std::vector<Instant>& snapshots_;

  std::unordered_set<ItemId> gone_;         // Items that were deleted long enough ago,
  std::unordered_set<ItemId> partly_kept_;  // and those of them of which something stays all the same.
  std::unordered_set<VersionId> final_;     // The last versions of items that were deleted later.
  std::vector<VersionId> bodies_;           // That versions which stay refer to; ascending.
  DirectorySpans directories_;
};

}  // namespace yestermail
