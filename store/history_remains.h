// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/filesystem.h"
#include "base/uuid.h"
#include "store/history_log.h"
#include "store/layout.h"

namespace yestermail {

class CatalogReader;

/// Writes the history of an account anew without the versions that PURGE operations in its logs name. What is left has
/// every other version with the very same times. Nobody else may add logs meanwhile.
class HistoryRemains {
 public:
  HistoryRemains(Filesystem& disk, const Layout& layout, const Uuid& store, const Uuid& account);
  ~HistoryRemains();
  HistoryRemains(const HistoryRemains&) = delete;
  HistoryRemains& operator=(const HistoryRemains&) = delete;

  /// Writes the new log into the store's tmp/, and compares what it replays to with what the old ones did, version by
  /// version. Error{kDamage}: the old logs cannot be read whole, or the two differ; they stay as they are.
  void prepare();
  /// Puts it in their place; on return that survives a power cut.
  void install() { rewrite_->install(); }

 private:
  using Visit = std::function<void(const Transaction&)>;
  void replay(const std::string& path, const std::function<void(const Visit&)>& read);
  void write_remains();
  void compare() const;
  [[nodiscard]] Transaction remains_of(const Transaction& transaction, CatalogReader& rows) const;
  [[nodiscard]] std::string staged(const char* which) const;

  Filesystem& disk_;
  const Layout& layout_;
  const Uuid account_;
  const HistoryLog log_;
  std::optional<HistoryLog::Rewrite> rewrite_;
  ItemId next_item_;  ///< what the old logs came to; what was left out may have had the highest ids
  VersionId next_version_;
};

}  // namespace yestermail
