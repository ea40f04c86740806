// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/clock.h"
#include "scanner/watch.h"
#include "tools/control_server.h"

namespace yestermail {

/// What other processes can ask of a Watch (docs/control.md). Safe for concurrent use.
class WatchService final : public ControlService {
 public:
  /// `watch` runs while requests are answered, or has run.
  WatchService(Watch& watch, const Clock& clock) : watch_(watch), clock_(clock) {}

  Json answer(const Json& request, const Progress& progress) override;

 private:
  [[nodiscard]] Json status() const;
  Json scan(const Json& request, const Progress& progress);
  Json put_setting(const Json& request);
  Json remove_setting(const Json& request);
  Json purge(const Json& request, const Progress& progress);

  Watch& watch_;
  const Clock& clock_;
};

}  // namespace yestermail
