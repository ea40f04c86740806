// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_set>

#include "base/digest.h"
#include "base/uuid.h"
#include "store/part_marker.h"
#include "store/purge_marker.h"
#include "store/recorder.h"

namespace yestermail {

class StoreWriter;

/// Removes for good, step by step as docs/format.md 10 says. Recording goes on but for short moments; packing waits.
/// One at a time.
class Purger {
 public:
  explicit Purger(StoreWriter& writer);
  /// Ends an unfinished purge's watch over what is recorded. What it has left to do stays in the store's `purging`.
  ~Purger();
  Purger(const Purger&) = delete;
  Purger& operator=(const Purger&) = delete;

  PurgeResult run(std::span<const PurgeRequest> requests);
  /// Finishes what an earlier purge has begun, if there is such.
  void resume();

 private:
  using Digests = std::unordered_set<Digest>;

  // Before anything is removed.
  PurgeMarker plan(std::span<const PurgeRequest> requests);
  void plan_account(const PurgeRequest& request, PurgeMarker::Account& to);
  void plan_whole(const PurgeRequest& request, std::map<Uuid, PurgeMarker::Account>& to);
  bool has_sound_history(const Uuid& account);
  void find_parts(const PurgeMarker::Account& account, std::map<Uuid, Digests>& parts);

  // docs/format.md 10, 2 to 8.
  void finish(const PurgeMarker& marker);
  void record(const PurgeMarker& marker);
  void condemn(const PurgeMarker& marker);
  void condemn_blobs(const PurgeMarker::Account& account);
  void watch_parts(const std::map<Uuid, std::vector<Digest>>& parts);
  void empty_journal();
  void remove_account(const Uuid& account);
  void remove_words(const PurgeMarker& marker);
  void sweep(const Uuid& pool);
  bool mark(const Uuid& pool, PartMarker& marker);
  void rewrite_packs(PackClass pack_class, const Uuid& owner);
  void rewrite_pack(PackClass pack_class, const Uuid& owner, const Digest& pack, const Digests& contents);
  void rewrite_history(const Uuid& account);

  [[nodiscard]] std::set<Digest> packs_of(PackClass pack_class, const Uuid& owner) const;
  [[nodiscard]] std::vector<Uuid> accounts_of(const Uuid& pool) const;
  void leave(const std::string& why);

  StoreWriter& writer_;
  PurgeResult result_;
};

}  // namespace yestermail
