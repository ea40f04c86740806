// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace yestermail::test {

/// Keeps the lines that a store or a scanner would have shown its administrator. Safe for concurrent use.
class RecordingLog final : public Log {
 public:
  void warning(std::string_view line) override { take("warning: ", line); }
  void error(std::string_view line) override { take("error: ", line); }

  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  [[nodiscard]] bool mentions(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    for (const auto& line : lines_) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    lines_.clear();
  }

 private:
  void take(std::string_view level, std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(level) + std::string(line));
  }

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // Guarded by mutex_.
};

}  // namespace yestermail::test
