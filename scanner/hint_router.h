// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "scanner/account_census.h"
#include "scanner/follow_counters.h"
#include "scanner/operation_queue.h"
#include "scanner/pass_queue.h"
#include "scanner/source_map.h"
#include "scanner/watch/watcher.h"

namespace yestermail {

/// Turns hints about one source's directories into what is to be looked at. Safe for concurrent use.
class HintRouter {
 public:
  HintRouter(const SourceMap& map, std::size_t source, const AccountPatterns& patterns, OperationQueue& queue,
             PassQueue& passes, FollowCounters& counters)
      : map_(map), source_(source), patterns_(patterns), queue_(queue), passes_(passes), counters_(counters) {}

  /// A hint with `missed` is the caller's business.
  void route(const Hint& hint, const std::string& root);

 private:
  void in_mail_tree(const Located& located, const Hint& hint);
  void in_home(const Located& located, const Hint& hint);
  void look_for_accounts();

  const SourceMap& map_;
  const std::size_t source_;
  const AccountPatterns& patterns_;
  OperationQueue& queue_;
  PassQueue& passes_;
  FollowCounters& counters_;
};

}  // namespace yestermail
