// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "store/store.h"
#include "tests/crash/ledger.h"
#include "tests/support/temp_directory.h"

namespace yestermail::test {

/// What readers of damaged copies of a store got, counted in entries.
struct DamageTally {
  std::uint64_t copies = 0;
  std::uint64_t right = 0;
  std::uint64_t refused = 0;   ///< Error{kDamage}
  std::uint64_t reported = 0;  ///< not there or of another time, and the log says that history is lost
  std::uint64_t wrong = 0;
  std::vector<std::string> details;  ///< of what is wrong, and of errors that no log line explains; the first ten
};

/// A store of bulk, packed and journaled data that is damaged copy by copy, and what is right for each instant.
class DamagedStore {
 public:
  /// How the copies come: closed by their writer, or as a writer left them that was killed.
  enum class State { kClosed, kKilled };

  explicit DamagedStore(State state);

  /// A copy's path and the store's files, for whoever does the damage.
  [[nodiscard]] const std::string& original() const { return original_; }

  struct Reading {
    std::uint64_t seed = 0;
    bool all_instants = false;
    bool other_writer = false;   ///< another process holds the lock: nothing can be mended
    bool loss_allowed = false;   ///< derived files are gone too, so lost history can only be reported
    bool more_history = false;   ///< the copy was written to: happenings() are not compared
    std::size_t most_blobs = 0;  ///< that may be refused; 0: any number
  };
  /// Copies the store, lets `damage` change the copy, opens it for reading, reads all of it at several instants and
  /// counts.
  void read_damaged(const std::function<void(const std::string& copy)>& damage, const Reading& how, DamageTally& tally);

 private:
  class Judge;
  std::string happenings_of(View& view) const;

  TempDirectory temp_{TempDirectory::Where::kMemory};
  std::string original_ = temp_ / "original";
  CrashLedger ledger_;
  std::string happenings_;
};

}  // namespace yestermail::test
