// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "scanner/account_census.h"
#include "scanner/gap_list.h"
#include "scanner/scan.h"

namespace yestermail {

/// A look through many accounts.
struct Pass {
  enum class Kind : std::uint8_t {
    kCensus,  ///< which accounts there are: new ones are looked through, those that are gone are ended
    kAll,     ///< every account
  };
  Kind kind = Kind::kAll;
  std::optional<std::size_t> source;  ///< only what stands in the source of this index
  std::vector<GapList::Id> gaps;      ///< that it closes

  // Of one that somebody waits for:
  const ScanOptions* options = nullptr;
  ScanProgress* progress = nullptr;
  std::shared_ptr<std::promise<ScanReport>> answer;
};

/// Passes that are to be made, one after the other. One that is asked for while the same one waits is the same. Safe
/// for concurrent use.
class PassQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void ask(Pass pass, Time when = std::chrono::steady_clock::now());
  /// Waits for the next one; done() has to be called after it. Nothing: `stop` was asked for.
  std::optional<Pass> take(const std::stop_token& stop);
  void done();
  /// None waits and none is being made.
  [[nodiscard]] bool is_idle() const;
  /// Who waits for an answer gets `why`, now and until the next call with nothing.
  void refuse(std::exception_ptr why);

 private:
  struct Waiting {
    Time when;
    Pass pass;
  };
  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable_any changed_;
  std::list<Waiting> waiting_;
  bool busy_ = false;
  std::exception_ptr refusal_;
};

}  // namespace yestermail
