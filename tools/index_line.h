// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/log.h"
#include "tools/environment.h"

namespace yestermail {

/// The line that tells on a terminal how many messages were read for a search index. Log lines of the store go through
/// it, so that they do not break it. Draws nothing where `env.err` is no terminal. Safe for concurrent use.
class IndexLine final : public Log {
 public:
  explicit IndexLine(Environment& env) : env_(env), log_(env.err) {}

  void show(std::string_view account, std::uint64_t messages);
  void warning(std::string_view line) override;
  void error(std::string_view line) override;
  /// Takes the line away.
  void erase();

 private:
  void erase_locked();

  Environment& env_;
  std::mutex mutex_;
  StreamLog log_;  // Guarded by mutex_.
  bool on_screen_ = false;
};

}  // namespace yestermail
