// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "scanner/watch.h"
#include "tools/control_server.h"

namespace yestermail {

/// What other processes can ask of a Watch (docs/control.md). Safe for concurrent use.
class WatchService final : public ControlService {
 public:
  /// `watch` runs while requests are answered, or has run.
  explicit WatchService(Watch& watch) : watch_(watch) {}

  Json answer(const Json& request, const Progress& progress) override;

 private:
  [[nodiscard]] Json status() const;
  Json scan(const Json& request, const Progress& progress);
  Json purge(const Json& request, const Progress& progress);

  Watch& watch_;
};

}  // namespace yestermail
