// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>

#include "base/log.h"
#include "scanner/watch.h"
#include "store/store.h"
#include "tools/control_server.h"
#include "tools/import_relay.h"

namespace yestermail {

/// What other processes can ask of a Watch (docs/control.md). Safe for concurrent use.
class WatchService final : public ControlService {
 public:
  /// `watch` runs while requests are answered, or has run. `store`: its path.
  WatchService(Watch& watch, StoreWorld world, std::string store)
      : watch_(watch), world_(world), store_(std::move(store)) {}

  Json answer(const Json& request, const Progress& progress) override;
  /// An import that is at work ends at its next item, and no other begins.
  void stop();

 private:
  class Lent;

  [[nodiscard]] Json status() const;
  Json scan(const Json& request, const Progress& progress);
  Json put_setting(const Json& request);
  Json remove_setting(const Json& request);
  Json purge(const Json& request, const Progress& progress);
  Json import(const Json& request, const Progress& progress);

  Watch& watch_;
  const StoreWorld world_;
  const std::string store_;
  std::mutex importing_;  ///< held while one is at work: two could record one item twice
  std::mutex mutex_;
  // Guarded by mutex_.
  ImportRelay* relay_ = nullptr;  ///< of the import that is at work
  bool stopped_ = false;
};

}  // namespace yestermail
