// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/recorder.h"

namespace yestermail {

/// Gaps that are not closed yet: changes may be missed until everything has been looked through again. Safe for
/// concurrent use.
class GapList {
 public:
  using Id = std::uint64_t;

  explicit GapList(const Clock& clock) : clock_(clock) {}

  /// One that is open for the same reason and text goes on.
  Id open(GapReason reason, const std::string& text, Instant from);
  /// Everything that these were about has been looked through: records them. What was closed already is passed over.
  void close(const std::vector<Id>& ids, Recorder& recorder);

  [[nodiscard]] std::vector<Id> all() const;
  /// One line each.
  [[nodiscard]] std::vector<std::string> texts() const;
  /// When the first of them began.
  [[nodiscard]] std::optional<Instant> first() const;

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<Id, Gap> gaps_;  // Guarded by mutex_, as last_id_.
  Id last_id_ = 0;
};

}  // namespace yestermail
