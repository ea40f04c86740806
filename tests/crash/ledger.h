// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/store.h"
#include "tests/support/store_script.h"

namespace yestermail::test {

/// What a store has acknowledged: the truth that it is measured by after a crash.
struct CrashLedger {
  struct Entry {
    Instant at;
    std::shared_ptr<const ShownStore> shown;  ///< shared: a ledger is copied for each store that is compared with it
  };
  std::vector<Entry> acknowledged;
  ShownStore now;
  std::size_t done = 0;  ///< steps of the script

  /// Does the rest of the script; each step that returns is acknowledged. Throws what a step throws.
  void run(Recorder& recorder, const StoreScript& script);
  /// The next step of the script; throws likewise.
  void run_one(Recorder& recorder, const StoreScript& script);
};

/// How thoroughly a reopened store is compared.
struct Comparison {
  std::uint64_t seed = 0;
  bool every_instant = false;  ///< all acknowledged instants, not only the last two and some
  bool go_on = false;          ///< do the rest of the script and compare with an uninterrupted run
};

/// Opens the store in `path` and compares it with the ledger. Returns what is wrong, empty if nothing is.
std::string compare_with_ledger(Filesystem& disk, const std::string& path, const StoreTuning& tuning,
                                const CrashLedger& ledger, const StoreScript& script, const Comparison& how);

}  // namespace yestermail::test
